import { randomStream } from "../random";
import { type Clustering, dot, sphericalKMeans, type WeightedPoints } from "./spherical-k-means";

/**
 * How well points fit their clusters, −1 to 1: the weighted mean of (b − a) / max(a, b) with a the distance 1 − cosine to the own
 * center and b to the nearest other one (the simplified silhouette of Hruschka et al. 2004). 0 for a single cluster.
 */
export function silhouette(points: WeightedPoints, { centers, clusterOf }: Clustering): number {
  if (centers.length < 2) return 0;
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < clusterOf.length; i++) {
    const own = distance(points, i, centers[clusterOf[i]!]!);
    let other = Number.POSITIVE_INFINITY;
    for (let c = 0; c < centers.length; c++)
      if (c !== clusterOf[i]) other = Math.min(other, distance(points, i, centers[c]!));
    const most = Math.max(own, other);
    sum += points.weights[i]! * (most > 0 ? (other - own) / most : 0);
    weight += points.weights[i]!;
  }
  return sum / weight;
}

/** 1 − cosine; rounding may make a cosine of equal directions more than 1. */
const distance = (points: WeightedPoints, i: number, center: Float32Array) =>
  Math.max(0, 1 - dot(points, i, center));

/** The clustering with the highest silhouette for `least` to `most` clusters; of equal ones that with fewer. */
export function bestClustering(
  points: WeightedPoints,
  least: number,
  most: number,
  seed: number,
): Clustering {
  const largest = Math.min(most, points.weights.length);
  let best: { readonly clustering: Clustering; readonly score: number } | null = null;
  for (let k = Math.min(least, largest); k <= largest; k++) {
    const clustering = sphericalKMeans(points, k, randomStream(seed + k));
    const score = silhouette(points, clustering);
    if (!best || score > best.score) best = { clustering, score };
  }
  return best ? best.clustering : sphericalKMeans(points, 1, randomStream(seed));
}
