import type { AudioFeatures } from "../../catalog/types";
import { SegueError } from "../../errors/segue-error";
import { seedOf } from "../random";
import { FEATURE_NAMES, type FeatureName } from "./features";
import { type TransformOptions, transformFeatures } from "./transform";

/** Version of the transforms and of this shape. */
const FORMAT = 1;

/** How much each feature counts in a distance: the square of its difference is multiplied by it. Default 1. */
export type FeatureWeights = Partial<Readonly<Record<FeatureName, number>>>;

/**
 * What makes features of different kinds comparable: z = √weight · (transformed − mean) / deviation. Vectors made with
 * different standardizations must not meet; `version` tells them apart.
 */
export interface Standardization {
  readonly format: typeof FORMAT;
  /** Follows from everything below: equal numbers have equal versions. */
  readonly version: string;
  readonly foldTempo: boolean;
  /** Tracks it was measured on. */
  readonly count: number;
  /** In the order of `FEATURE_NAMES`, as are the next two. */
  readonly means: readonly number[];
  /** Standard deviations; 1 for a feature in which all tracks agree. */
  readonly deviations: readonly number[];
  readonly weights: readonly number[];
}

/** A track and what it sounds like. */
export interface FeaturedTrack {
  readonly id: string;
  readonly features: AudioFeatures;
}

/**
 * Measures means and standard deviations over a catalog. Tracks are taken in the order of their ids, so the catalog's
 * order changes no bit.
 * @throws SegueError `invalid_argument` for an empty catalog, a feature that is not allowed (its track is named), or a
 *   weight that is not a number from 0 to 10,000.
 */
export function measureStandardization(
  tracks: readonly FeaturedTrack[],
  options: TransformOptions & { readonly weights?: FeatureWeights } = {},
): Standardization {
  if (tracks.length === 0)
    throw new SegueError("invalid_argument", { detail: "There is no track to measure; give at least one." });
  const foldTempo = options.foldTempo ?? false;
  const means = new Float64Array(FEATURE_NAMES.length);
  const squares = new Float64Array(FEATURE_NAMES.length);
  const sorted = [...tracks].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  for (const [index, track] of sorted.entries()) {
    const values = transformTrack(track, { foldTempo });
    for (let c = 0; c < values.length; c++) {
      const delta = values[c]! - means[c]!;
      means[c]! += delta / (index + 1);
      squares[c]! += delta * (values[c]! - means[c]!);
    }
  }
  const deviations = Array.from(squares, (square) => spreadOf(square / tracks.length));
  const weights = FEATURE_NAMES.map((name) => options.weights?.[name] ?? 1);
  const body = { foldTempo, count: tracks.length, means: [...means], deviations, weights };
  return checked({ format: FORMAT, version: versionOf(body), ...body }, "invalid_argument");
}

/** Below this, tracks agree but for rounding, which must not be blown up. */
const LEAST_DEVIATION = 1e-6;

function spreadOf(variance: number): number {
  const deviation = Math.sqrt(variance);
  return deviation < LEAST_DEVIATION ? 1 : deviation;
}

/**
 * A standardization from its JSON value.
 * @throws SegueError `model_invalid` when it is not one, or its version does not follow from its numbers.
 */
export function parseStandardization(value: unknown): Standardization {
  if (typeof value !== "object" || value === null)
    throw new SegueError("model_invalid", { detail: "It is no object." });
  return checked(value as Standardization, "model_invalid");
}

/** Transforms `track`, naming it in errors. */
export function transformTrack(track: FeaturedTrack, options: TransformOptions): Float64Array {
  try {
    return transformFeatures(track.features, options);
  } catch (error) {
    if (!SegueError.is(error)) throw error;
    throw new SegueError("invalid_argument", {
      detail: `Track ${track.id}: ${error.detail ?? ""}`,
      errors: error.errors,
    });
  }
}

function checked(value: Standardization, code: "model_invalid" | "invalid_argument"): Standardization {
  const { format, version, foldTempo, count, means, deviations, weights } = value;
  const refuse = (detail: string) => new SegueError(code, { detail });
  const numbers = (list: unknown, least: number, most: number) =>
    Array.isArray(list) &&
    list.length === FEATURE_NAMES.length &&
    list.every((each) => typeof each === "number" && each >= least && each <= most);
  if (format !== FORMAT) throw refuse(`The format is ${String(format)}; this reads ${FORMAT}.`);
  if (typeof foldTempo !== "boolean" || !Number.isSafeInteger(count) || count < 1)
    throw refuse("foldTempo or count is wrong.");
  if (!numbers(means, -100, 100)) throw refuse("means are not eight numbers.");
  if (!numbers(deviations, LEAST_DEVIATION, 100))
    throw refuse("deviations are not eight numbers above zero.");
  if (!numbers(weights, 0, 10_000)) throw refuse("weights are not eight numbers from 0 to 10,000.");
  const body = { foldTempo, count, means, deviations, weights };
  if (version !== versionOf(body)) throw refuse("The version does not follow from the numbers.");
  return { format, version, ...body };
}

/** Two hashes of the numbers' shortest decimal forms. */
function versionOf(body: Omit<Standardization, "format" | "version">): string {
  const parts = [
    FORMAT,
    String(body.foldTempo),
    body.count,
    ...body.means,
    ...body.deviations,
    ...body.weights,
  ];
  const hex = (seed: number) => seed.toString(16).padStart(8, "0");
  return `audio-${FORMAT}-${hex(seedOf("a", ...parts))}${hex(seedOf("b", ...parts))}`;
}
