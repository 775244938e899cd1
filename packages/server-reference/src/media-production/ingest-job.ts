import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { decodeMaster } from "./decode";
import { LIMITS } from "./limits";
import { MasterRejected } from "./master-rejected";
import { ContentStore } from "./media-store";
import { ALL_TIERS, type Measured, measure, type ProducedRendition, produce } from "./produce";
import { formatsOfName, isLossless, type MasterFormat, sniffFormat } from "./sniff";
import { readTags, sniffPicture, type Tags } from "./tags";

/** Looks at a file (`probe`) or makes everything of it (`produce`). */
export type IngestJob =
  | { readonly kind: "probe"; readonly root: string; readonly path: string; readonly imageRoot: string }
  | {
      readonly kind: "produce";
      readonly root: string;
      readonly path: string;
      readonly contentHash: string;
      readonly serial: number;
      readonly mediaRoot: string;
      readonly secret: Uint8Array;
    };

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
export interface Produced {
  readonly kind: "produced";
  readonly measured: Measured;
  readonly renditions: readonly ProducedRendition[];
}

/** Does one job. @throws MasterRejected */
export async function ingestOne(job: IngestJob): Promise<Probed | Produced> {
  const path = await insidePath(job.root, job.path);
  const bytes = await readBounded(path);
  const contentHash = createHash("sha256").update(bytes).digest("hex");
  const format = sniffFormat(bytes);
  if (!format) throw new MasterRejected("not_audio");
  if (!formatsOfName(job.path)?.includes(format))
    throw new MasterRejected("wrong_extension", `It holds ${format}.`);
  if (job.kind === "produce") {
    if (contentHash !== job.contentHash)
      throw new MasterRejected("unreadable", "The file changed meanwhile.");
    const pcm = await decodeMaster(format, bytes, path);
    const measured = measure(pcm);
    return { kind: "produced", measured, renditions: await produce(pcm, { ...job, ...ALL_TIERS }) };
  }
  const { cover, ...tags } = await readTags(bytes, job.path);
  return {
    kind: "probed",
    contentHash,
    format,
    lossless: isLossless(format),
    tags,
    cover: cover ? await storeImage(job.imageRoot, cover) : null,
  };
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

async function readBounded(path: string): Promise<Uint8Array> {
  // O_NONBLOCK: a pipe that took the file's place after the scan cannot hold the thread.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  const handle = await open(path, flags).catch(() => {
    throw new MasterRejected("unreadable");
  });
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new MasterRejected("unreadable", "It is no regular file.");
    if (info.size === 0) throw new MasterRejected("empty");
    if (info.size > LIMITS.fileBytes) throw new MasterRejected("too_large");
    const bytes = new Uint8Array(info.size);
    let at = 0;
    while (at < bytes.length) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(bytes.length - at, 1 << 24), at);
      if (bytesRead === 0) throw new MasterRejected("unreadable", "The file changed meanwhile.");
      at += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

async function storeImage(imageRoot: string, bytes: Uint8Array): Promise<StoredImage | null> {
  const mime = sniffPicture(bytes);
  if (!mime) return null;
  const hash = createHash("sha256").update(bytes).digest("hex");
  await new ContentStore(imageRoot).put(hash, bytes);
  return { hash, mime, byteLength: bytes.length };
}
