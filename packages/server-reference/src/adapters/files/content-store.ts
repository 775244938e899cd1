import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SegueError } from "@segue/core";
import type { MediaSink, StoredObject } from "../../production/seal/rendition";

const HASH = /^[0-9a-f]{64}$/;

/** Immutable files named by the hash of their content, below `<data>/<name>/ab/<hash>`. */
export class ContentStore implements MediaSink {
  /** @param root folder of the store, for example `<data>/media`. */
  constructor(readonly root: string) {}

  /** Where the object of that hash is or would be. @throws SegueError `not_found` when `hash` is no hash. */
  path(hash: string): string {
    if (!HASH.test(hash)) throw new SegueError("not_found");
    return join(this.root, hash.slice(0, 2), hash);
  }

  /** Bytes of an object, null when it is not there. */
  async byteLength(hash: string): Promise<number | null> {
    return stat(this.path(hash)).then(
      (found) => found.size,
      () => null,
    );
  }

  /**
   * Stores `bytes`: a crash leaves the whole object or none. Unless `durable` is false (for what can be made anew),
   * it survives a power cut once the promise resolves.
   */
  async put(hash: string, bytes: Uint8Array, { durable = true } = {}): Promise<void> {
    if ((await this.byteLength(hash)) === bytes.length) return;
    await this.#write([bytes], durable, hash);
  }

  /** As `put`, for an object that comes in pieces and whose hash is known at its end. */
  async putStream(pieces: AsyncIterable<Uint8Array>, { durable = true } = {}): Promise<StoredObject> {
    return this.#write(pieces, durable);
  }

  /** Where unfinished work may wait; `sweep` empties it. */
  get spoolFolder(): string {
    return join(this.root, "spool");
  }

  async #write(
    pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    durable: boolean,
    known?: string,
  ): Promise<StoredObject> {
    await mkdir(this.spoolFolder, { recursive: true });
    const temporary = join(this.spoolFolder, `${process.pid}.${randomBytes(8).toString("hex")}.tmp`);
    const digest = createHash("sha256");
    let byteLength = 0;
    const handle = await open(temporary, "wx", 0o600);
    try {
      try {
        for await (const piece of pieces) {
          await handle.writeFile(piece);
          if (known === undefined) digest.update(piece);
          byteLength += piece.length;
        }
        if (durable) await handle.sync();
      } finally {
        await handle.close();
      }
      const hash = known ?? digest.digest("hex");
      const path = this.path(hash);
      const folder = dirname(path);
      await mkdir(folder, { recursive: true });
      await rename(temporary, path);
      if (durable) await syncUpwards(folder, this.root);
      return { hash, byteLength };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** Removes what interrupted writers left behind. Call it only while holding the data directory's lock. */
  async sweep(): Promise<number> {
    let removed = 0;
    for (const folder of await readdir(this.root).catch(() => [])) {
      for (const name of await readdir(join(this.root, folder)).catch(() => [])) {
        if (!name.endsWith(".tmp")) continue;
        await rm(join(this.root, folder, name), { force: true });
        removed++;
      }
    }
    return removed;
  }
}

/** Folders whose entries in their parents this process has brought to disk. */
const reached = new Set<string>();

/**
 * Brings a folder's entries to disk and, once, those of its parents up to that of the store: a new folder's own entry
 * lies in its parent, and without it a power cut takes the object with the folder.
 */
async function syncUpwards(folder: string, root: string): Promise<void> {
  await syncFolder(folder);
  const parents = [dirname(folder), dirname(root)];
  if (!reached.has(folder)) for (const parent of parents) await syncFolder(parent);
  reached.add(folder);
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
