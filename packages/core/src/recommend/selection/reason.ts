import { FEATURE_NAMES, type FeatureName } from "../audio-features/features";
import type { ItemSpace } from "../item-space";
import { innerProducts } from "./inner-products";

/** Why a track was recommended: the signal that proposed it, and what in it. */
export type Reason =
  | {
      /** Listeners with a similar taste like it. */
      readonly signal: "collaborative";
      /** The listener's own tracks that it is most like, the likest first. */
      readonly because: readonly { readonly track: string; readonly similarity: number }[];
    }
  | {
      /** It stands in playlists of such names, or beside such tracks. */
      readonly signal: "text";
      readonly names: readonly string[];
      readonly tracks: readonly string[];
    }
  | {
      /** It sounds like what was played. */
      readonly signal: "audio";
      /** Euclidean distance in standardized features. */
      readonly distance: number;
      /** The features that agree best, the best first. */
      readonly alike: readonly FeatureName[];
    }
  | {
      /** The listener plays or keeps it. */
      readonly signal: "taste";
      /** Net taste in plays, decayed. */
      readonly net: number;
    }
  | {
      /** Many listeners play it. */
      readonly signal: "popular";
      readonly plays: number;
    };

export type Signal = Reason["signal"];
type CollaborativeReason = Extract<Reason, { signal: "collaborative" }>;

/** The `count` rows of `history` most like `row` in `space` by cosine; equal ones in the order of ids. */
export const likest = (
  space: ItemSpace,
  row: number,
  history: readonly number[],
  count = 3,
): CollaborativeReason => likestAmong(space, history, count)(row);

/** `likest` for many rows and one history. */
export function likestAmong(
  space: ItemSpace,
  history: ArrayLike<number>,
  count = 3,
): (row: number) => CollaborativeReason {
  const { dimensions, ids, vectors } = space;
  const own = Int32Array.from(history);
  const lengths = Float64Array.from(own, (row) => rowLength(space, row));
  const cosines = new Float64Array(own.length);
  return (row) => {
    innerProducts(vectors, dimensions, own, 0, own.length, vectors, row * dimensions, cosines);
    const length = rowLength(space, row);
    for (let i = 0; i < own.length; i++) {
      const product = length * lengths[i]!;
      cosines[i] = product === 0 ? 0 : Math.max(-1, Math.min(1, cosines[i]! / product));
    }
    const because: { readonly track: string; readonly similarity: number }[] = [];
    while (because.length < Math.min(count, own.length)) {
      let best = 0;
      for (let i = 1; i < own.length; i++)
        if (
          cosines[i]! > cosines[best]! ||
          (cosines[i] === cosines[best] && ids[own[i]!]! < ids[own[best]!]!)
        )
          best = i;
      because.push({ track: ids[own[best]!]!, similarity: cosines[best]! });
      cosines[best] = Number.NEGATIVE_INFINITY;
    }
    return { signal: "collaborative", because };
  };
}

function rowLength({ dimensions, vectors }: ItemSpace, row: number): number {
  let square = 0;
  for (let at = row * dimensions, end = at + dimensions; at < end; at++)
    square += vectors[at]! * vectors[at]!;
  return Math.sqrt(square);
}

/** What `row` of an audio space and `center` have in common. */
export function soundsLike(
  space: ItemSpace,
  row: number,
  center: Float32Array,
  count = 3,
): Extract<Reason, { signal: "audio" }> {
  const differences = FEATURE_NAMES.map((name, c) => ({
    name,
    difference: Math.abs(space.vectors[row * space.dimensions + c]! - center[c]!),
  }));
  const distance = Math.sqrt(differences.reduce((sum, each) => sum + each.difference ** 2, 0));
  // A stable sort: of equal differences the first in the fixed order of features.
  const alike = differences.sort((a, b) => a.difference - b.difference).map(({ name }) => name);
  return { signal: "audio", distance, alike: alike.slice(0, count) };
}
