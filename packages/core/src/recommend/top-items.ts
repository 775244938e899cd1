import { refuse, wholeNumber } from "./refuse";

/** An item and how strongly it is recommended. */
export interface ScoredItem {
  readonly row: number;
  readonly score: number;
}

/**
 * The `count` best of `scores` by falling score; equal scores in rising order of `ids`. Rows for which `exclude` holds are left
 * out. Throws `invalid_argument` for a score that is not finite.
 */
export function topItems(
  scores: ArrayLike<number>,
  ids: readonly string[],
  count: number,
  exclude?: (row: number) => boolean,
): ScoredItem[] {
  wholeNumber("count", count, 0, 2 ** 31 - 1);
  if (scores.length !== ids.length) refuse(`${ids.length} items need as many scores, not ${scores.length}.`);
  if (count === 0) return [];
  /** Whether `a` is a worse recommendation than `b`. */
  const worse = (a: number, b: number) =>
    scores[a]! < scores[b]! || (scores[a]! === scores[b]! && ids[a]! > ids[b]!);
  // A heap with the worst of the chosen in front.
  const heap: number[] = [];
  const sink = (row: number, end: number) => {
    let at = 0;
    for (let child = 1; child < end; child = 2 * at + 1) {
      if (child + 1 < end && worse(heap[child + 1]!, heap[child]!)) child++;
      if (!worse(heap[child]!, row)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = row;
  };
  for (let row = 0; row < ids.length; row++) {
    if (!Number.isFinite(scores[row])) refuse(`The score of ${ids[row]} is ${scores[row]}.`);
    if (heap.length === count && worse(row, heap[0]!)) continue;
    if (exclude?.(row)) continue;
    if (heap.length === count) {
      sink(row, count);
      continue;
    }
    let at = heap.push(row) - 1;
    while (at > 0 && worse(row, heap[(at - 1) >> 1]!)) {
      heap[at] = heap[(at - 1) >> 1]!;
      at = (at - 1) >> 1;
    }
    heap[at] = row;
  }
  return heap.sort((a, b) => (worse(b, a) ? -1 : 1)).map((row) => ({ row, score: scores[row]! }));
}
