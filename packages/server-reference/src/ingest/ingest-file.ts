import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import type { AacTier, VorbisTier } from "@segue/core";
import { ContentStore } from "../adapters/files/content-store";
import { type Production, produce } from "../production/produce";
import { type ByteSource, openMaster, pieces } from "../production/read/byte-source";
import { masterBlocks } from "../production/read/decode";
import { MasterRejected } from "../production/read/master-rejected";
import { sniffPicture } from "../production/read/picture";
import { formatsOfName, isLossless, type MasterFormat, sniffFormat } from "../production/read/sniff";
import { readTags, type Tags } from "../production/read/tags";

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
      readonly wants: Wants;
    };

/** What is to be made of a master. */
export interface Wants {
  readonly vorbis: readonly VorbisTier[];
  readonly aac: readonly AacTier[];
  readonly measures: boolean;
}

/** A picture that lies in the image store. */
export interface StoredImage {
  readonly hash: string;
  readonly mime: string;
  readonly byteLength: number;
}
export interface Probed {
  readonly kind: "probed";
  /** Lower-case hex SHA-256 of the file. */
  readonly contentHash: string;
  readonly format: MasterFormat;
  readonly lossless: boolean;
  readonly tags: Omit<Tags, "cover">;
  readonly cover: StoredImage | null;
}
export interface Produced extends Production {
  readonly kind: "produced";
}

/** Does one job. @throws MasterRejected */
export async function ingestOne(job: IngestJob): Promise<Probed | Produced> {
  const path = await insidePath(job.root, job.path);
  const file = await openMaster(path);
  try {
    const format = sniffFormat(await file.read(0, SNIFFED_BYTES));
    if (!format) throw new MasterRejected("not_audio");
    if (!formatsOfName(job.path)?.includes(format))
      throw new MasterRejected("wrong_extension", `It holds ${format}.`);
    const contentHash = await hashOf(file);
    if (job.kind === "probe") return await probe(job, file, format, contentHash);
    if (contentHash !== job.contentHash) throw changed();
    const made = await produce(() => masterBlocks(format, file, path), {
      ...job,
      ...job.wants,
      serial: Number.parseInt(contentHash.slice(0, 7), 16),
      check: "decode",
      durable: true,
    });
    if (!(await file.isUnchanged())) throw changed();
    return { kind: "produced", ...made };
  } finally {
    await file.close();
  }
}

const SNIFFED_BYTES = 64 * 1024;
const changed = () => new MasterRejected("unreadable", "The file changed meanwhile.");

async function probe(
  job: Extract<IngestJob, { kind: "probe" }>,
  file: ByteSource,
  format: MasterFormat,
  contentHash: string,
): Promise<Probed> {
  const { cover, ...tags } = await readTags(file, job.path);
  const picture = cover ? await storeImage(job.imageRoot, cover) : null;
  return { kind: "probed", contentHash, format, lossless: isLossless(format), tags, cover: picture };
}

async function hashOf(file: ByteSource): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of pieces(file, 1 << 20)) hash.update(piece);
  return hash.digest("hex");
}

/** Where the file really lies: a link may have taken its place, or a folder's, after the scan. */
async function insidePath(root: string, path: string): Promise<string> {
  const [base, real] = await Promise.all([realpath(root), realpath(join(root, path))]).catch(() => {
    throw new MasterRejected("unreadable");
  });
  const inside = relative(base, real);
  if (inside.split(sep)[0] === ".." || isAbsolute(inside))
    throw new MasterRejected("unreadable", "The link leads out of the folder.");
  return real;
}

async function storeImage(imageRoot: string, bytes: Uint8Array): Promise<StoredImage | null> {
  const mime = sniffPicture(bytes);
  if (!mime) return null;
  const hash = createHash("sha256").update(bytes).digest("hex");
  await new ContentStore(imageRoot).put(hash, bytes);
  return { hash, mime, byteLength: bytes.length };
}
