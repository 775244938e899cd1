import type { AudioFeatures } from "../../catalog/types";
import { SegueError } from "../../errors/segue-error";

/** The order of features in every vector. It never changes; a new feature would be appended. */
export const FEATURE_NAMES = [
  "tempo",
  "energy",
  "valence",
  "danceability",
  "acousticness",
  "speechiness",
  "instrumentalness",
  "liveness",
] as const satisfies readonly (keyof AudioFeatures)[];

export type FeatureName = (typeof FEATURE_NAMES)[number];

const TEMPO_RANGE = [10, 1000] as const;
const SHARE_RANGE = [0, 1] as const;

/**
 * Returns `features` when every one is a number in its range.
 * @throws SegueError `invalid_argument`; `errors` names every feature that is wrong.
 */
export function ensureFeatures(features: AudioFeatures): AudioFeatures {
  const errors = FEATURE_NAMES.flatMap((name) => {
    const value: unknown = features[name];
    const [least, most] = name === "tempo" ? TEMPO_RANGE : SHARE_RANGE;
    // Written so that NaN fails too.
    if (typeof value === "number" && value >= least && value <= most) return [];
    return [{ pointer: `/${name}`, message: `is ${String(value)}; give a number from ${least} to ${most}` }];
  });
  if (errors.length > 0)
    throw new SegueError("invalid_argument", {
      detail: errors.map(({ pointer, message }) => `${pointer.slice(1)} ${message}`).join("; "),
      errors,
    });
  return features;
}
