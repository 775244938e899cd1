import { type AacTier, deriveRendition, type VorbisTier } from "@segue/core";
import { ContentStore } from "../adapters/files/content-store";
import { nodeCrypto } from "../node-crypto";
import { type Production, produce } from "../production/produce";
import { masterBlocks } from "../production/read/decode";
import { openMaster } from "../production/read/master";
import { MasterRejected } from "../production/read/master-rejected";
import type { Ffmpeg, Signs } from "../production/read/workshop";
import { type Probed, probe } from "./probe";

/** Looks at a file (`probe`), or makes what is wanted of it (`produce`). */
export type IngestJob =
  | { readonly kind: "probe"; readonly root: string; readonly path: string; readonly imageRoot: string }
  | {
      readonly kind: "produce";
      readonly root: string;
      readonly path: string;
      readonly contentHash: string;
      readonly mediaRoot: string;
      readonly secret: Uint8Array;
      readonly ffmpeg: Ffmpeg | null;
      readonly wants: Wants;
    };

/** What is to be made of a master. */
export interface Wants {
  readonly vorbis: readonly VorbisTier[];
  readonly aac: readonly AacTier[];
  readonly measures: boolean;
}

/** What was made of a master. */
export interface Produced extends Production {
  readonly kind: "produced";
}

/** Does one job. @throws MasterRejected */
export async function ingestOne(job: IngestJob, signs: Signs): Promise<Probed | Produced> {
  const master = await openMaster(job.root, job.path, signs);
  try {
    if (job.kind === "probe") return await probe(master, job);
    if (master.contentHash !== job.contentHash) throw changed();
    const store = new ContentStore(job.mediaRoot);
    const workshop = { folder: store.spoolFolder, ffmpeg: job.ffmpeg, signs };
    const made = await produce(() => masterBlocks(master, workshop), {
      ...job.wants,
      store,
      workshop,
      secretsOf: (digest) => deriveRendition(nodeCrypto, job.secret, digest),
      serial: Number.parseInt(master.contentHash.slice(0, 7), 16),
      check: "decode",
      durable: true,
    });
    if (!(await master.isUnchanged())) throw changed();
    return { kind: "produced", ...made };
  } finally {
    await master.close();
  }
}

const changed = () => new MasterRejected("unreadable", "The file changed meanwhile.");
