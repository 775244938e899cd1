import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { LIMITS } from "./limits";
import { MasterRejected } from "./master-rejected";
import type { Signs } from "./workshop";

/** Bytes that can be read at any place, so that a file need not lie in memory. */
export interface ByteSource {
  readonly byteLength: number;
  /** The bytes from `at`, `length` of them or as many as there are. */
  read(at: number, length: number): Promise<Uint8Array>;
}

/** A source that holds a file open. */
export interface OpenFile extends ByteSource {
  /** Whether the file is as it was when it was opened. */
  isUnchanged(): Promise<boolean>;
  close(): Promise<void>;
}

/** Bytes that lie in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return { byteLength: bytes.length, read: async (at, length) => bytes.subarray(at, at + length) };
}

/** Bytes that are hashed at a time. */
const HASHED_BYTES = 1 << 20;

/** Lower-case hex SHA-256 of all bytes. */
export async function hashOf(source: ByteSource, signs: Signs): Promise<string> {
  const hash = createHash("sha256");
  for (let at = 0; at < source.byteLength; at += HASHED_BYTES) {
    hash.update(await source.read(at, HASHED_BYTES));
    signs.progress();
  }
  return hash.digest("hex");
}

/**
 * Opens a file for reading; follows no link and waits for no pipe.
 * @throws MasterRejected `unreadable`, `empty`, `too_large`
 */
export async function openFile(path: string): Promise<OpenFile> {
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
    return {
      byteLength: info.size,
      async read(at, length) {
        const wanted = Math.max(0, Math.min(length, info.size - at));
        const bytes = new Uint8Array(wanted);
        for (let done = 0; done < wanted; ) {
          const { bytesRead } = await handle.read(bytes, done, wanted - done, at + done);
          if (bytesRead === 0) throw new MasterRejected("unreadable", "The file changed meanwhile.");
          done += bytesRead;
        }
        return bytes;
      },
      async isUnchanged() {
        const now = await handle.stat();
        return now.size === info.size && now.ctimeMs === info.ctimeMs;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
