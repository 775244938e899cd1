/** A binary heap of whole numbers over `items`, in place. */
export class PlaceHeap {
  readonly #items: Int32Array;
  readonly #before: (a: number, b: number) => boolean;
  #size: number;

  /** @param before a strict order; it may change for the first item alone, followed by `sink`. */
  constructor(items: Int32Array, before: (a: number, b: number) => boolean) {
    this.#items = items;
    this.#before = before;
    this.#size = items.length;
    for (let at = (items.length >> 1) - 1; at >= 0; at--) this.#sinkFrom(at);
  }

  get size(): number {
    return this.#size;
  }

  /** The item before all others; there must be one. */
  get first(): number {
    return this.#items[0]!;
  }

  /** Takes the first item away. */
  drop(): void {
    this.#size--;
    this.#items[0] = this.#items[this.#size]!;
    if (this.#size > 0) this.#sinkFrom(0);
  }

  /** Puts the first item where it belongs after it lost rank. */
  sink(): void {
    this.#sinkFrom(0);
  }

  #sinkFrom(start: number): void {
    const items = this.#items;
    const before = this.#before;
    const item = items[start]!;
    let at = start;
    for (let child = 2 * at + 1; child < this.#size; child = 2 * at + 1) {
      if (child + 1 < this.#size && before(items[child + 1]!, items[child]!)) child++;
      if (!before(items[child]!, item)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = item;
  }
}
