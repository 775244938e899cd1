import { realNumber, refuse, wholeNumber } from "../refuse";
import { innerProducts } from "./inner-products";
import { NumberTable } from "./number-table";
import { PlaceHeap } from "./place-heap";
import { type Scratch, withScratch } from "./scratch";

/** A track that may be chosen. */
export interface Candidate {
  readonly row: number;
  /** How much it is wanted, finite. */
  readonly value: number;
}

/** The same in columns: the first `count` places of each. */
export interface CandidateColumns {
  readonly count: number;
  readonly rows: Int32Array;
  readonly values: Float64Array;
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
 * Throws `invalid_argument` for a value that is not finite.
 */
export function maximalMarginalRelevance(
  candidates: readonly Candidate[],
  options: MmrOptions,
): readonly Candidate[] {
  const columns = {
    count: candidates.length,
    rows: Int32Array.from(candidates, ({ row }) => row),
    values: Float64Array.from(candidates, ({ value }) => value),
  };
  return withScratch((scratch) => placesByRelevance(columns, options, scratch)).map(
    (place) => candidates[place]!,
  );
}

/** Below every cosine, also one that rounding made less than −1. */
const FURTHEST = -1.001;
/** Cosines that are computed at a time before a candidate is compared with the others again. */
const STEP = 4;

/**
 * The places of what `maximalMarginalRelevance` chooses, in that order. A score only falls while others are chosen, so that a
 * candidate is compared with more of them only while it comes first: the result is that of scoring all candidates in every round.
 */
export function placesByRelevance(
  candidates: CandidateColumns,
  options: MmrOptions,
  scratch: Scratch,
): number[] {
  const { count, rows, values } = candidates;
  const { vectors, dimensions, ids, caps = [] } = options;
  const lambda = realNumber("lambda", options.lambda ?? 0.7, 0, 1);
  wholeNumber("count", options.count, 0, 2 ** 31 - 1);
  for (const { most } of caps) wholeNumber("A cap", most, 1, 2 ** 31 - 1);
  for (let place = 0; place < count; place++)
    if (!Number.isFinite(values[place])) refuse(`The value of ${ids[rows[place]!]} is ${values[place]}.`);
  const wanted = Math.min(options.count, count);
  if (wanted === 0) return [];

  /** The score of each place, or more than that while it has not seen all that is chosen. */
  const scores = scratch.float64(count);
  for (let place = 0; place < count; place++) scores[place] = values[place]!;
  const before = (a: number, b: number) =>
    scores[a]! > scores[b]! || (scores[a]! === scores[b]! && ids[rows[a]!]! < ids[rows[b]!]!);
  let best = 0;
  for (let place = 1; place < count; place++) if (before(place, best)) best = place;

  /** Largest cosine of each place to the chosen ones that it has seen, and how many these are. */
  const nearest = scratch.float64(count).fill(FURTHEST);
  const seen = scratch.int32(count);
  const waiting = scratch.int32(count - 1);
  for (let place = 0, at = 0; place < count; place++) {
    scores[place] = lambda * values[place]! - (1 - lambda) * FURTHEST;
    if (place !== best) waiting[at++] = place;
  }
  const heap = new PlaceHeap(waiting, before);
  const taken = caps.map(() => new NumberTable(wanted, scratch));
  const chosen: number[] = [];
  const chosenRows = scratch.int32(wanted);
  const cosines = scratch.float64(wanted);
  const choose = (place: number) => {
    chosenRows[chosen.length] = rows[place]!;
    chosen.push(place);
    for (let i = 0; i < caps.length; i++) {
      const group = caps[i]!.groupOf[rows[place]!]!;
      taken[i]!.set(group, Math.max(0, taken[i]!.get(group)) + 1);
    }
  };
  const forbidden = (row: number) => {
    for (let i = 0; i < caps.length; i++)
      if (taken[i]!.get(caps[i]!.groupOf[row]!) >= caps[i]!.most) return true;
    return false;
  };
  choose(best);
  while (chosen.length < wanted && heap.size > 0) {
    const first = heap.first;
    const row = rows[first]!;
    if (forbidden(row)) {
      heap.drop();
      continue;
    }
    const from = seen[first]!;
    if (from === chosen.length) {
      heap.drop();
      choose(first);
      continue;
    }
    const to = Math.min(chosen.length, from + STEP);
    innerProducts(vectors, dimensions, chosenRows, from, to, vectors, row * dimensions, cosines);
    let most = nearest[first]!;
    for (let i = from; i < to; i++) most = Math.max(most, cosines[i]!);
    nearest[first] = most;
    seen[first] = to;
    scores[first] = lambda * values[first]! - (1 - lambda) * most;
    heap.sink();
  }
  return chosen;
}
