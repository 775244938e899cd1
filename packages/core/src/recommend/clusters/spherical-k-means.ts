import { unitVector } from "../neighbors/unit-space";
import type { RandomStream } from "../random";
import { refuse, wholeNumber } from "../refuse";

/** Points on the unit sphere, row after row, each with a weight. */
export interface WeightedPoints {
  readonly dimensions: number;
  /** Unit vectors; a vector of zeros is equally near to every center. */
  readonly vectors: Float32Array;
  /** Above 0. */
  readonly weights: ArrayLike<number>;
}

export interface Clustering {
  /** Unit vectors, `k` of them. */
  readonly centers: readonly Float32Array[];
  /** The cluster of each point. */
  readonly clusterOf: Int32Array;
  /** Weighted mean of each point's cosine to its center: what the rounds raise. */
  readonly cohesion: number;
}

const MOST_ROUNDS = 50;

/**
 * Spherical k-means (Dhillon and Modha 2001): every point to the center with the highest cosine, of equal ones to the first; every
 * center to the direction of the weighted sum of its points; until nothing moves. Seeding is k-means++ (Arthur and Vassilvitskii
 * 2007) with 1 − cosine as the squared distance. A center that loses all its points moves to the point that fits worst.
 * Throws `invalid_argument` for more clusters than points, and for weights that are not above 0.
 */
export function sphericalKMeans(points: WeightedPoints, k: number, random: RandomStream): Clustering {
  const { dimensions, vectors, weights } = points;
  const count = weights.length;
  wholeNumber("k", k, 1, count);
  if (vectors.length !== count * dimensions) refuse("There must be one weight for each point.");
  for (let i = 0; i < count; i++)
    if (!(weights[i]! > 0 && weights[i]! < Number.POSITIVE_INFINITY)) refuse(`Weight ${i} is ${weights[i]}.`);
  let centers = seeds(points, k, random);
  const clusterOf = new Int32Array(count).fill(-1);
  const fit = new Float64Array(count);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let moved = false;
    for (let i = 0; i < count; i++) {
      let best = 0;
      let highest = Number.NEGATIVE_INFINITY;
      for (let c = 0; c < k; c++) {
        const cosine = dot(points, i, centers[c]!);
        if (cosine > highest) {
          highest = cosine;
          best = c;
        }
      }
      fit[i] = highest;
      if (clusterOf[i] !== best) moved = true;
      clusterOf[i] = best;
    }
    moved = refill(clusterOf, fit, k) || moved;
    if (!moved) break;
    centers = directions(points, clusterOf, k, centers);
  }
  let cohesion = 0;
  let weight = 0;
  for (let i = 0; i < count; i++) {
    cohesion += weights[i]! * dot(points, i, centers[clusterOf[i]!]!);
    weight += weights[i]!;
  }
  return { centers, clusterOf, cohesion: cohesion / weight };
}

export function dot({ dimensions, vectors }: WeightedPoints, i: number, center: Float32Array): number {
  let sum = 0;
  for (let c = 0, at = i * dimensions; c < dimensions; c++) sum += vectors[at + c]! * center[c]!;
  return sum;
}

const pointOf = ({ dimensions, vectors }: WeightedPoints, i: number) =>
  vectors.slice(i * dimensions, (i + 1) * dimensions);

function seeds(points: WeightedPoints, k: number, random: RandomStream): Float32Array[] {
  const { weights } = points;
  const count = weights.length;
  const far = new Float64Array(count).fill(1);
  const centers: Float32Array[] = [];
  while (centers.length < k) {
    let total = 0;
    for (let i = 0; i < count; i++) total += weights[i]! * far[i]!;
    let left = random.unit() * total;
    // Points that all coincide leave no distance to draw by; then the next one in order is as good as any.
    let pick = centers.length;
    if (total > 0) {
      pick = 0;
      for (left -= weights[0]! * far[0]!; left >= 0 && pick < count - 1; left -= weights[pick]! * far[pick]!)
        pick++;
    }
    const center = pointOf(points, pick);
    centers.push(center);
    for (let i = 0; i < count; i++) far[i] = Math.min(far[i]!, Math.max(0, 1 - dot(points, i, center)));
  }
  return centers;
}

/** Gives every empty cluster the point that fits worst, of a cluster that keeps others. Whether there was one. */
function refill(clusterOf: Int32Array, fit: Float64Array, k: number): boolean {
  const sizes = new Int32Array(k);
  for (const cluster of clusterOf) sizes[cluster]!++;
  let any = false;
  for (let empty = sizes.indexOf(0); empty >= 0; empty = sizes.indexOf(0)) {
    let worst = -1;
    for (let i = 0; i < fit.length; i++)
      if (sizes[clusterOf[i]!]! > 1 && (worst < 0 || fit[i]! < fit[worst]!)) worst = i;
    sizes[clusterOf[worst]!]!--;
    sizes[empty] = 1;
    clusterOf[worst] = empty;
    fit[worst] = Number.POSITIVE_INFINITY;
    any = true;
  }
  return any;
}

function directions(
  points: WeightedPoints,
  clusterOf: Int32Array,
  k: number,
  before: readonly Float32Array[],
): Float32Array[] {
  const { dimensions, vectors, weights } = points;
  const sums = Array.from({ length: k }, () => new Float64Array(dimensions));
  for (let i = 0; i < clusterOf.length; i++) {
    const sum = sums[clusterOf[i]!]!;
    for (let c = 0; c < dimensions; c++) sum[c]! += weights[i]! * vectors[i * dimensions + c]!;
  }
  // Opposite points may cancel out; the center then stays where it was.
  return sums.map((sum, c) =>
    sum.some((value) => value !== 0) ? unitVector(Float32Array.from(sum)) : before[c]!,
  );
}
