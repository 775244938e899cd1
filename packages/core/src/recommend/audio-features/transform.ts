import type { AudioFeatures } from "../../catalog/types";
import { ensureFeatures, FEATURE_NAMES, type FeatureName } from "./features";

const REFERENCE_BPM = 120;
/** Shares are kept this far from 0 and 1, where the logit would run away. */
const MARGIN = 0.01;
/** Most tracks have nearly none of these; the logit spreads what would be a heap at zero. */
const SKEWED: ReadonlySet<FeatureName> = new Set(["speechiness", "instrumentalness", "liveness"]);

/** Choices that change what a transformed number means. */
export interface TransformOptions {
  /**
   * Whether a tempo and its double count as the same: octaves are folded into [−½, ½), so 60, 120 and 240 beats per
   * minute are all 0. Analyzers often hear half or double time. Default false.
   */
  readonly foldTempo?: boolean;
}

/**
 * Features on scales where equal steps sound alike, in the order of `FEATURE_NAMES`: the tempo in octaves above 120
 * beats per minute, log2(bpm / 120); the skewed three as logit(x) = ln(x / (1 − x)) with x kept within
 * [0.01, 0.99]; the others as they are.
 * @throws SegueError `invalid_argument` for a feature that is not a number in its range.
 */
export function transformFeatures(features: AudioFeatures, options: TransformOptions = {}): Float64Array {
  ensureFeatures(features);
  return Float64Array.from(FEATURE_NAMES, (name) => {
    const value = features[name];
    if (name === "tempo") {
      const octaves = Math.log2(value / REFERENCE_BPM);
      return options.foldTempo ? octaves - Math.floor(octaves + 0.5) : octaves;
    }
    return SKEWED.has(name) ? logit(Math.min(1 - MARGIN, Math.max(MARGIN, value))) : value;
  });
}

const logit = (share: number) => Math.log(share / (1 - share));
