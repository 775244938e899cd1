import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Signs, Workshop } from "../read/workshop";

/** Bytes that wait on disk until they are sealed: a long track's rendition need not lie in memory. */
export interface SpooledBytes {
  readonly byteLength: number;
  /** SHA-256 of the bytes. */
  readonly digest: Buffer;
  /** The bytes in their order, in pieces of `length`. */
  pieces(length: number): AsyncGenerator<Uint8Array>;
  /** Removes them. */
  discard(): Promise<void>;
}

const FLUSH_BYTES = 1 << 20;

/** Takes bytes one after the other. A name that ends in `.tmp` is swept after a crash. */
export class Spool {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #signs: Signs;
  readonly #hash = createHash("sha256");
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #byteLength = 0;

  private constructor(path: string, handle: FileHandle, signs: Signs) {
    this.#path = path;
    this.#handle = handle;
    this.#signs = signs;
  }

  static async create({ folder, signs }: Pick<Workshop, "folder" | "signs">): Promise<Spool> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${process.pid}.${randomBytes(8).toString("hex")}.tmp`);
    return new Spool(path, await open(path, "wx+", 0o600), signs);
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= FLUSH_BYTES) await this.#flush();
  }

  async finish(): Promise<SpooledBytes> {
    await this.#flush();
    const byteLength = this.#byteLength;
    const handle = this.#handle;
    const signs = this.#signs;
    return {
      byteLength,
      digest: this.#hash.digest(),
      async *pieces(length) {
        // Pieces of a larger block: a read per piece would cost more than its encryption.
        const block = length * Math.max(1, Math.floor(FLUSH_BYTES / length));
        for (let at = 0; at < byteLength; at += block) {
          const bytes = new Uint8Array(Math.min(block, byteLength - at));
          for (let done = 0; done < bytes.length; ) {
            const { bytesRead } = await handle.read(bytes, done, bytes.length - done, at + done);
            if (bytesRead === 0) throw new Error("the spool lost bytes");
            done += bytesRead;
          }
          signs.progress();
          for (let i = 0; i < bytes.length; i += length) yield bytes.subarray(i, i + length);
        }
      },
      discard: () => this.discard(),
    };
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await rm(this.#path, { force: true });
  }

  async #flush(): Promise<void> {
    for (const bytes of this.#waiting) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done);
        done += bytesWritten;
      }
      this.#byteLength += bytes.length;
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
