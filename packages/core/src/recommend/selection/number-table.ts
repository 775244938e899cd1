import type { Scratch } from "./scratch";

/** A whole number, 0 or more, for each of some whole numbers from 0 to 2^31 − 1: a `Map` that makes no objects. Open addressing, half empty. */
export class NumberTable {
  /** Pairs of a key plus one and its number; 0 in place of a key is a free pair. */
  #pairs: Int32Array;
  #shift: number;
  #size = 0;

  /**
   * @param expected how many keys there will be; more make it grow.
   * @param scratch where to be, for a table that is not needed afterwards.
   */
  constructor(expected: number, scratch?: Scratch) {
    const bits = Math.max(3, 33 - Math.clz32(expected));
    this.#shift = 32 - bits;
    this.#pairs = scratch ? scratch.int32(2 << bits) : new Int32Array(2 << bits);
  }

  /** −1 for a key that has none. */
  get(key: number): number {
    const at = this.#placeOf(key);
    return this.#pairs[at] === 0 ? -1 : this.#pairs[at + 1]!;
  }

  set(key: number, value: number): void {
    const at = this.#placeOf(key);
    if (this.#pairs[at] === 0) {
      if (4 * (this.#size + 1) > this.#pairs.length) {
        this.#grow();
        this.set(key, value);
        return;
      }
      this.#size++;
      this.#pairs[at] = key + 1;
    }
    this.#pairs[at + 1] = value;
  }

  #placeOf(key: number): number {
    const pairs = this.#pairs;
    const last = pairs.length - 2;
    const stored = (key + 1) | 0;
    // The high bits of a product with 2^32 / φ spread neighboring keys.
    let at = (Math.imul(key, 0x9e3779b1) >>> this.#shift) << 1;
    while (pairs[at] !== 0 && pairs[at] !== stored) at = at === last ? 0 : at + 2;
    return at;
  }

  #grow(): void {
    const old = this.#pairs;
    this.#pairs = new Int32Array(2 * old.length);
    this.#shift--;
    this.#size = 0;
    for (let at = 0; at < old.length; at += 2) if (old[at] !== 0) this.set(old[at]! - 1, old[at + 1]!);
  }
}
