import { FEATURE_NAMES, type FeatureName } from "../audio-features/features";
import type { ItemSpace } from "../item-space";
import { rowCosine } from "../metrics/diversity";

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

/** The `count` rows of `history` most like `row` in `space`; equal ones in the order of ids. */
export function likest(
  space: ItemSpace,
  row: number,
  history: readonly number[],
  count = 3,
): Extract<Reason, { signal: "collaborative" }> {
  const because = history
    .map((own) => ({ track: space.ids[own]!, similarity: rowCosine(space, row, own) }))
    .sort((a, b) => b.similarity - a.similarity || (a.track < b.track ? -1 : 1))
    .slice(0, count);
  return { signal: "collaborative", because };
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
