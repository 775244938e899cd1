import {
  type Bytes,
  type MediaObject,
  SEGMENT_PLAINTEXT_BYTES,
  SegueError,
  segmentsOf,
  TAG_BYTES,
} from "@segue/core";
import type { RandomReader } from "../../ports/decoder";
import { LruMap } from "../lru-map";
import type { RangeFetcher } from "./range-fetcher";

/** Opens segment `index` of `count`. Rejects when it does not authenticate. */
export type OpenSegment = (ciphertext: Uint8Array, index: number, last: boolean) => Promise<Uint8Array>;

const KEPT_SEGMENTS = 12;

/** The plaintext of a media object. The license gate is asked before every segment that is decrypted. */
export class DecryptingReader implements RandomReader {
  readonly size: Bytes;
  /** Segments that were decrypted. */
  decrypted = 0;
  readonly #fetcher: RangeFetcher;
  readonly #open: OpenSegment;
  readonly #gate: () => void;
  readonly #kept = new LruMap<number, Promise<Uint8Array>>(KEPT_SEGMENTS);

  constructor(media: MediaObject, fetcher: RangeFetcher, open: OpenSegment, gate: () => void) {
    this.#fetcher = fetcher;
    this.#open = open;
    this.#gate = gate;
    this.size = media.byteLength - fetcher.store.count * TAG_BYTES;
  }

  async read(offset: Bytes, length: Bytes): Promise<Uint8Array> {
    const end = Math.min(this.size, offset + length);
    if (end <= offset) return new Uint8Array(0);
    const { first, last } = segmentsOf(offset, end);
    const out = new Uint8Array(end - offset);
    for (let index = first; index <= last; index++) {
      const plain = await this.#segment(index);
      const base = index * SEGMENT_PLAINTEXT_BYTES;
      const from = Math.max(offset, base);
      out.set(plain.subarray(from - base, Math.min(end - base, plain.length)), from - offset);
    }
    return out;
  }

  #segment(index: number): Promise<Uint8Array> {
    const kept = this.#kept.get(index);
    if (kept) return kept;
    const opened = this.#decrypt(index);
    this.#kept.set(index, opened);
    opened.catch(() => this.#kept.delete(index));
    return opened;
  }

  async #decrypt(index: number): Promise<Uint8Array> {
    this.#gate();
    const ciphertext = await this.#fetcher.segment(index);
    this.#gate();
    const last = index === this.#fetcher.store.count - 1;
    let plain: Uint8Array;
    try {
      plain = await this.#open(ciphertext, index, last);
    } catch {
      try {
        plain = await this.#open(await this.#fetcher.refetch(index), index, last);
      } catch (cause) {
        // The bytes are forgotten, so that a later try asks the server again.
        this.#fetcher.store.delete(index);
        if (SegueError.is(cause) && cause.code !== "segment_corrupt") throw cause;
        throw new SegueError("segment_corrupt", { detail: `segment ${index}`, cause });
      }
    }
    this.decrypted++;
    return plain;
  }
}
