import { realNumber, refuse, wholeNumber } from "../refuse";

/** A track that may be chosen. */
export interface Candidate {
  readonly row: number;
  /** How much it is wanted, finite. */
  readonly value: number;
}

export interface MmrOptions {
  /** How many to choose. */
  readonly count: number;
  /** 1 looks at the value alone, 0 at variety alone. Default 0.7. */
  readonly lambda?: number;
  /** Unit vectors, row after row, so that inner products are cosines; zeros are like nothing. */
  readonly vectors: Float32Array;
  readonly dimensions: number;
  /** Ids of rows, which decide ties: the lesser first. */
  readonly ids: readonly string[];
  /** Most tracks of one group, such as an artist; the group of each row. */
  readonly caps?: readonly { readonly groupOf: Int32Array; readonly most: number }[];
}

/**
 * Maximal marginal relevance (Carbonell and Goldstein 1998): again and again the candidate with the highest
 * λ·value − (1 − λ)·(largest cosine to what is chosen), among those that no cap forbids. The first is chosen by value alone.
 * A score only falls while others are chosen, so that a candidate is scored anew only when it comes first: the result is that of
 * scoring all of them in every round. Throws `invalid_argument` for a value that is not finite.
 */
export function maximalMarginalRelevance(
  candidates: readonly Candidate[],
  options: MmrOptions,
): readonly Candidate[] {
  const { vectors, dimensions, ids, caps = [] } = options;
  const lambda = realNumber("lambda", options.lambda ?? 0.7, 0, 1);
  wholeNumber("count", options.count, 0, 2 ** 31 - 1);
  const wrong = candidates.find(({ value }) => !Number.isFinite(value));
  if (wrong) refuse(`The value of ${ids[wrong.row]} is ${wrong.value}.`);
  const best = candidates.reduce<Candidate | undefined>(
    (a, b) => (!a || b.value > a.value || (b.value === a.value && ids[b.row]! < ids[a.row]!) ? b : a),
    undefined,
  );
  if (!best || options.count === 0) return [];
  const waiting: Waiting[] = candidates
    .filter((candidate) => candidate !== best)
    .map((candidate) => ({
      candidate,
      score: lambda * candidate.value - (1 - lambda) * FURTHEST,
      nearest: FURTHEST,
      seen: 0,
    }));
  const before = (a: Waiting, b: Waiting) =>
    a.score > b.score || (a.score === b.score && ids[a.candidate.row]! < ids[b.candidate.row]!);
  const heap = new Heap(waiting, before);
  const taken = caps.map(({ groupOf, most }) => {
    wholeNumber("A cap", most, 1, 2 ** 31 - 1);
    return new Map([[groupOf[best.row]!, 1]]);
  });
  const chosen = [best];
  while (chosen.length < options.count) {
    const first = heap.first;
    if (!first) break;
    const { row } = first.candidate;
    if (caps.some(({ groupOf, most }, i) => (taken[i]!.get(groupOf[row]!) ?? 0) >= most)) {
      heap.drop();
      continue;
    }
    if (first.seen < chosen.length) {
      for (; first.seen < chosen.length; first.seen++)
        first.nearest = Math.max(first.nearest, cosine(vectors, dimensions, row, chosen[first.seen]!.row));
      first.score = lambda * first.candidate.value - (1 - lambda) * first.nearest;
      heap.sink();
      continue;
    }
    heap.drop();
    chosen.push(first.candidate);
    for (const [i, { groupOf }] of caps.entries())
      taken[i]!.set(groupOf[row]!, (taken[i]!.get(groupOf[row]!) ?? 0) + 1);
  }
  return chosen;
}

/** Below every cosine, also one that rounding made less than −1. */
const FURTHEST = -1.001;

interface Waiting {
  readonly candidate: Candidate;
  /** Its score, or more than that while it has not seen all that is chosen. */
  score: number;
  /** Largest cosine to the chosen ones that it has seen. */
  nearest: number;
  seen: number;
}

/** The cosine of two rows of unit vectors. */
function cosine(vectors: Float32Array, dimensions: number, a: number, b: number): number {
  let sum = 0;
  for (let i = a * dimensions, j = b * dimensions, end = i + dimensions; i < end; i++, j++)
    sum += vectors[i]! * vectors[j]!;
  return sum;
}

/** A binary heap over `items`, in place. */
class Heap<T> {
  readonly #items: T[];
  readonly #before: (a: T, b: T) => boolean;

  constructor(items: T[], before: (a: T, b: T) => boolean) {
    this.#items = items;
    this.#before = before;
    for (let at = (items.length >> 1) - 1; at >= 0; at--) this.#sinkFrom(at);
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  drop(): void {
    const last = this.#items.pop();
    if (this.#items.length === 0 || last === undefined) return;
    this.#items[0] = last;
    this.#sinkFrom(0);
  }

  /** Puts the first item where it belongs after it lost rank. */
  sink(): void {
    this.#sinkFrom(0);
  }

  #sinkFrom(start: number): void {
    const items = this.#items;
    const item = items[start]!;
    let at = start;
    for (let child = 2 * at + 1; child < items.length; child = 2 * at + 1) {
      if (child + 1 < items.length && this.#before(items[child + 1]!, items[child]!)) child++;
      if (!this.#before(items[child]!, item)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = item;
  }
}
