import { addRange, type ByteRange, type Bytes, byteCount, type RangeSet, subtractRange } from "@segue/core";

/** The ciphertext of one media object, segment by segment, as far as it was fetched. */
export class SegmentStore {
  readonly count: number;
  readonly byteLength: Bytes;
  readonly segmentBytes: Bytes;
  readonly #segments = new Map<number, Uint8Array>();
  #held: RangeSet = [];

  constructor(byteLength: Bytes, segmentBytes: Bytes) {
    this.byteLength = byteLength;
    this.segmentBytes = segmentBytes;
    this.count = Math.ceil(byteLength / segmentBytes);
  }

  /** The bytes that are here, in whole segments. */
  get held(): RangeSet {
    return this.#held;
  }
  get bytes(): Bytes {
    return byteCount(this.#held);
  }
  get complete(): boolean {
    return this.#segments.size === this.count;
  }
  get(index: number): Uint8Array | undefined {
    return this.#segments.get(index);
  }
  delete(index: number): void {
    this.#segments.delete(index);
    this.#held = subtractRange(this.#held, this.#rangeOf(index));
  }
  /** Length of segment `index`. */
  lengthOf(index: number): Bytes {
    return Math.min(this.segmentBytes, this.byteLength - index * this.segmentBytes);
  }
  put(index: number, bytes: Uint8Array): void {
    if (this.#segments.has(index)) return;
    this.#segments.set(index, bytes);
    this.#held = addRange(this.#held, this.#rangeOf(index));
  }

  #rangeOf(index: number): ByteRange {
    const start = index * this.segmentBytes;
    return { start, end: start + this.lengthOf(index) };
  }
}

/** Cuts a stream of bytes that begins at byte `start` of the object into segments. A leading part of one is dropped. */
export class SegmentCutter {
  readonly #store: SegmentStore;
  #position: Bytes;
  #buffer: Uint8Array | null = null;
  #filled = 0;

  constructor(store: SegmentStore, start: Bytes) {
    this.#store = store;
    this.#position = start;
  }

  /** The next byte that is expected. */
  get position(): Bytes {
    return this.#position;
  }

  push(chunk: Uint8Array): void {
    let offset = 0;
    const { segmentBytes, byteLength } = this.#store;
    while (offset < chunk.length && this.#position < byteLength) {
      const index = Math.floor(this.#position / segmentBytes);
      const length = this.#store.lengthOf(index);
      const inside = this.#position - index * segmentBytes;
      const take = Math.min(chunk.length - offset, length - inside);
      if (inside === 0) {
        this.#buffer = new Uint8Array(length);
        this.#filled = 0;
      }
      if (this.#buffer) {
        this.#buffer.set(chunk.subarray(offset, offset + take), inside);
        this.#filled += take;
        if (this.#filled === length) {
          this.#store.put(index, this.#buffer);
          this.#buffer = null;
        }
      }
      offset += take;
      this.#position += take;
    }
  }
}
