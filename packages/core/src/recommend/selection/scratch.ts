/** Memory for what one computation forgets when it ends: arrays cut from one buffer, which the next computation cuts anew. */
export class Scratch {
  #buffer = new ArrayBuffer(0);
  #used = 0;
  #wanted = 0;

  /** Whole numbers, all 0. */
  int32(length: number): Int32Array {
    const at = this.#take(4 * length);
    return new Int32Array(this.#buffer, at, length).fill(0);
  }

  /** Numbers, all 0. */
  float64(length: number): Float64Array {
    const at = this.#take(8 * length);
    return new Float64Array(this.#buffer, at, length).fill(0);
  }

  /** Whatever was cut is free again. */
  reset(): void {
    // What one computation wanted is there at once for the next.
    if (this.#wanted > this.#buffer.byteLength) this.#buffer = new ArrayBuffer(this.#wanted);
    this.#used = 0;
    this.#wanted = 0;
  }

  #take(bytes: number): number {
    const padded = Math.ceil(bytes / 8) * 8;
    this.#wanted += padded;
    if (this.#used + padded > this.#buffer.byteLength) {
      this.#buffer = new ArrayBuffer(Math.max(padded, 2 * this.#buffer.byteLength));
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += padded;
    return at;
  }
}

let spare: Scratch | undefined;

/** Runs `compute` with memory that calls one after another share; a call within a call gets its own. */
export function withScratch<T>(compute: (scratch: Scratch) => T): T {
  const scratch = spare ?? new Scratch();
  spare = undefined;
  try {
    return compute(scratch);
  } finally {
    scratch.reset();
    spare = scratch;
  }
}
