import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SegueError } from "@segue/core";

const HASH = /^[0-9a-f]{64}$/;

/** An open media object. Close the handle. */
export interface OpenMedia {
  readonly handle: FileHandle;
  readonly byteLength: number;
}

/** Immutable files named by the hash of their content, below `<data>/<name>/ab/<hash>`. */
export class ContentStore {
  /** @param root folder of the store, for example `<data>/media`. */
  constructor(readonly root: string) {}

  /** Where the object of that hash is or would be. @throws SegueError `not_found` when `hash` is no hash. */
  path(hash: string): string {
    if (!HASH.test(hash)) throw new SegueError("not_found");
    return join(this.root, hash.slice(0, 2), hash);
  }

  /** Opens an object to read ranges from it. @throws SegueError `media_missing` */
  async openMedia(hash: string): Promise<OpenMedia> {
    try {
      const handle = await open(this.path(hash), constants.O_RDONLY | constants.O_NOFOLLOW);
      return { handle, byteLength: (await handle.stat()).size };
    } catch (error) {
      if (error instanceof SegueError) throw error;
      throw new SegueError("media_missing");
    }
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
    const path = this.path(hash);
    if ((await this.byteLength(hash)) === bytes.length) return;
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(bytes);
      if (durable) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    if (durable) await syncFolder(dirname(path));
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

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
