import type { Frames } from "@segue/core";
import type { PcmSource } from "./pcm-source";

const WRITE = 0;
const READ = 1;
const HEADER_BYTES = 8;

/** Bytes of shared memory that a ring of `capacity` frames takes. */
export function ringBytes(capacity: Frames): number {
  return HEADER_BYTES + capacity * 8;
}

/**
 * One writer and one reader over shared memory, without locks. Counters run modulo 2^32; the difference between them is
 * what is filled.
 */
export class SharedRing implements PcmSource {
  readonly capacity: Frames;
  readonly #counters: Int32Array;
  readonly #left: Float32Array;
  readonly #right: Float32Array;

  constructor(memory: SharedArrayBuffer | ArrayBuffer) {
    this.capacity = Math.floor((memory.byteLength - HEADER_BYTES) / 8);
    this.#counters = new Int32Array(memory, 0, 2);
    this.#left = new Float32Array(memory, HEADER_BYTES, this.capacity);
    this.#right = new Float32Array(memory, HEADER_BYTES + this.capacity * 4, this.capacity);
  }

  available(): Frames {
    return (Atomics.load(this.#counters, WRITE) - Atomics.load(this.#counters, READ)) >>> 0;
  }

  /** Writer only: takes as many frames as fit and says how many. */
  write(left: Float32Array, right: Float32Array, offset: number, frames: Frames): Frames {
    const count = Math.min(frames, this.capacity - this.available());
    const at = Atomics.load(this.#counters, WRITE) >>> 0;
    for (let done = 0; done < count; ) {
      const index = this.#index(at, done);
      const run = Math.min(count - done, this.capacity - index);
      this.#left.set(left.subarray(offset + done, offset + done + run), index);
      this.#right.set(right.subarray(offset + done, offset + done + run), index);
      done += run;
    }
    Atomics.store(this.#counters, WRITE, (at + count) | 0);
    return count;
  }

  read(left: Float32Array, right: Float32Array, offset: number, frames: Frames): Frames {
    const count = Math.min(frames, this.available());
    const at = Atomics.load(this.#counters, READ) >>> 0;
    for (let done = 0; done < count; ) {
      const index = this.#index(at, done);
      const run = Math.min(count - done, this.capacity - index);
      left.set(this.#left.subarray(index, index + run), offset + done);
      right.set(this.#right.subarray(index, index + run), offset + done);
      done += run;
    }
    Atomics.store(this.#counters, READ, (at + count) | 0);
    return count;
  }

  /** The writer must rest meanwhile: this moves its counter back. */
  keep(frames: Frames): void {
    if (frames >= this.available()) return;
    Atomics.store(this.#counters, WRITE, (Atomics.load(this.#counters, READ) + frames) | 0);
  }

  /** The capacity divides 2^32, so that positions stay continuous when a counter wraps. */
  #index(at: number, done: number): number {
    return ((at + done) >>> 0) % this.capacity;
  }
}
