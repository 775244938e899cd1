import type { Frames } from "@segue/core";

/** Frames that wait to be played, oldest first. One reader. */
export interface PcmSource {
  /** Frames that can be read now. */
  available(): Frames;
  /** Moves up to `frames` frames to `left` and `right` from `offset` on, and says how many. */
  read(left: Float32Array, right: Float32Array, offset: number, frames: Frames): Frames;
  /** Keeps the oldest `frames` frames and forgets the others. */
  keep(frames: Frames): void;
}

/** A PcmSource made of blocks that were handed over one by one. */
export class BlockQueue implements PcmSource {
  #blocks: { readonly left: Float32Array; readonly right: Float32Array }[] = [];
  #offset = 0;
  #available = 0;

  push(left: Float32Array, right: Float32Array): void {
    if (left.length === 0) return;
    this.#blocks.push({ left, right });
    this.#available += left.length;
  }

  available(): Frames {
    return this.#available;
  }

  read(left: Float32Array, right: Float32Array, offset: number, frames: Frames): Frames {
    let done = 0;
    while (done < frames) {
      const block = this.#blocks[0];
      if (!block) break;
      const count = Math.min(frames - done, block.left.length - this.#offset);
      const end = this.#offset + count;
      left.set(block.left.subarray(this.#offset, end), offset + done);
      right.set(block.right.subarray(this.#offset, end), offset + done);
      done += count;
      this.#offset = end;
      if (end === block.left.length) {
        this.#blocks.shift();
        this.#offset = 0;
      }
    }
    this.#available -= done;
    return done;
  }

  keep(frames: Frames): void {
    if (frames >= this.#available) return;
    const kept: { left: Float32Array; right: Float32Array }[] = [];
    let left = frames;
    let skip = this.#offset;
    for (const block of this.#blocks) {
      if (left === 0) break;
      const count = Math.min(left, block.left.length - skip);
      kept.push({
        left: block.left.subarray(skip, skip + count),
        right: block.right.subarray(skip, skip + count),
      });
      left -= count;
      skip = 0;
    }
    this.#blocks = kept;
    this.#offset = 0;
    this.#available = frames;
  }
}
