import type { AudioFeatures } from "../../catalog/types";
import { SegueError } from "../../errors/segue-error";
import { type ItemSpace, itemSpace } from "../item-space";
import { FEATURE_NAMES } from "./features";
import { type FeaturedTrack, type Standardization, transformTrack } from "./standardization";

/** Tracks as points; nearness is squared Euclidean distance. */
export interface AudioSpace extends ItemSpace {
  /** Version of the standardization that made it. */
  readonly version: string;
}

/**
 * The point of `features`: eight numbers in the order of `FEATURE_NAMES`.
 * @throws SegueError `invalid_argument` for a feature that is not a number in its range.
 */
export function audioVector(features: AudioFeatures, standardization: Standardization): Float32Array {
  return pointOf({ id: "", features }, standardization);
}

/**
 * All tracks as points.
 * @throws SegueError `invalid_argument`, naming the first track with a feature that is not allowed or an id that
 *   occurs twice.
 */
export function audioSpace(tracks: readonly FeaturedTrack[], standardization: Standardization): AudioSpace {
  const dimensions = FEATURE_NAMES.length;
  const vectors = new Float32Array(tracks.length * dimensions);
  for (const [row, track] of tracks.entries()) vectors.set(pointOf(track, standardization), row * dimensions);
  const ids = tracks.map(({ id }) => id);
  return { ...itemSpace(ids, dimensions, vectors), version: standardization.version };
}

/**
 * The mean of rows of a space: what a listening session sounds like. Sums are of 64 bits.
 * @throws SegueError `invalid_argument` for no row, or one that does not exist.
 */
export function meanVector(space: ItemSpace, rows: readonly number[] | Uint32Array): Float32Array {
  if (rows.length === 0)
    throw new SegueError("invalid_argument", { detail: "There is no row to take the mean of." });
  const { dimensions, ids, vectors } = space;
  const sums = new Float64Array(dimensions);
  for (const row of rows) {
    if (!Number.isInteger(row) || row < 0 || row >= ids.length)
      throw new SegueError("invalid_argument", { detail: `Row ${row} is not one of ${ids.length}.` });
    for (let c = 0; c < dimensions; c++) sums[c]! += vectors[row * dimensions + c]!;
  }
  return Float32Array.from(sums, (sum) => sum / rows.length);
}

function pointOf(track: FeaturedTrack, standardization: Standardization): Float32Array {
  const { means, deviations, weights } = standardization;
  return Float32Array.from(
    transformTrack(track, standardization),
    (value, c) => (Math.sqrt(weights[c]!) * (value - means[c]!)) / deviations[c]!,
  );
}
