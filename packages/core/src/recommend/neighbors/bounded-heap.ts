/**
 * The `capacity` smallest (distance, rank) pairs seen: a binary max-heap in two flat arrays. Distances are
 * 32-bit floats and never NaN.
 */
export class BoundedHeap {
  readonly #distances: Float32Array;
  readonly #ranks: Uint32Array;
  #count = 0;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#distances = new Float32Array(capacity);
    this.#ranks = new Uint32Array(capacity);
  }

  /** The largest distance that can still enter; infinite until the heap is full. */
  get worst(): number {
    if (this.#capacity === 0) return Number.NEGATIVE_INFINITY;
    return this.#count < this.#capacity ? Number.POSITIVE_INFINITY : this.#distances[0]!;
  }

  /** Whether the pair would be kept. */
  admits(distance: number, rank: number): boolean {
    if (this.#count < this.#capacity) return true;
    return this.#capacity > 0 && before(distance, rank, this.#distances[0]!, this.#ranks[0]!);
  }

  /** Keeps the pair, pushing out the largest one when full. The caller has asked `admits`. */
  push(distance: number, rank: number): void {
    if (this.#count < this.#capacity) this.#rise(this.#count++, distance, rank);
    else this.#sink(0, this.#count, distance, rank);
  }

  /** Takes everything out, the smallest first. */
  drain(): { readonly ranks: Uint32Array; readonly distances: Float32Array } {
    const distances = this.#distances;
    const ranks = this.#ranks;
    const count = this.#count;
    for (let end = count - 1; end > 0; end--) {
      const distance = distances[end]!;
      const rank = ranks[end]!;
      distances[end] = distances[0]!;
      ranks[end] = ranks[0]!;
      this.#sink(0, end, distance, rank);
    }
    this.#count = 0;
    return { ranks: ranks.slice(0, count), distances: distances.slice(0, count) };
  }

  #rise(from: number, distance: number, rank: number): void {
    const distances = this.#distances;
    const ranks = this.#ranks;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (before(distance, rank, distances[parent]!, ranks[parent]!)) break;
      distances[at] = distances[parent]!;
      ranks[at] = ranks[parent]!;
      at = parent;
    }
    distances[at] = distance;
    ranks[at] = rank;
  }

  #sink(from: number, end: number, distance: number, rank: number): void {
    const distances = this.#distances;
    const ranks = this.#ranks;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= end) break;
      if (
        child + 1 < end &&
        before(distances[child]!, ranks[child]!, distances[child + 1]!, ranks[child + 1]!)
      )
        child++;
      if (before(distances[child]!, ranks[child]!, distance, rank)) break;
      distances[at] = distances[child]!;
      ranks[at] = ranks[child]!;
      at = child;
    }
    distances[at] = distance;
    ranks[at] = rank;
  }
}

/** Whether the first pair comes before the second. */
export function before(distance: number, rank: number, otherDistance: number, otherRank: number): boolean {
  return distance < otherDistance || (distance === otherDistance && rank < otherRank);
}
