import type { ItemSpace } from "../item-space";
import { BoundedHeap } from "./bounded-heap";
import { orderById } from "./id-order";
import { ensureCoordinates, ensureQuery, type Metric, type NeighborIndex } from "./neighbor-index";

const round = Math.fround;

/**
 * Squared Euclidean distance in 32-bit steps, dimension by dimension. Every index and kernel computes it in
 * these steps, so that equal results are equal bits and ties are the same ties.
 */
export function squaredDistance(
  a: Float32Array,
  aAt: number,
  b: Float32Array,
  bAt: number,
  d: number,
): number {
  let sum = 0;
  for (let c = 0; c < d; c++) {
    const difference = round(a[aAt + c]! - b[bAt + c]!);
    sum = round(sum + round(difference * difference));
  }
  return sum;
}

/** Inner product: 64-bit sum, dimension by dimension, rounded once to 32 bits. Every index computes it so. */
export function innerProduct(a: Float32Array, aAt: number, b: Float32Array, bAt: number, d: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) sum += a[aAt + c]! * b[bAt + c]!;
  return round(sum);
}

/**
 * The plain index: every row is looked at. What all other indexes are compared with, and fast enough for a few
 * thousand items.
 * @throws SegueError `invalid_argument` for a space that is not well formed or has an id twice.
 */
export function bruteForceIndex(space: ItemSpace, metric: Metric): NeighborIndex {
  ensureCoordinates(space);
  const { dimensions, vectors } = space;
  const { rowOfRank } = orderById(space.ids);
  const size = space.ids.length;
  const distanceTo =
    metric === "squared-l2"
      ? (query: Float32Array, row: number) => squaredDistance(query, 0, vectors, row * dimensions, dimensions)
      : (query: Float32Array, row: number) =>
          0 - innerProduct(query, 0, vectors, row * dimensions, dimensions);
  return {
    size,
    dimensions,
    metric,
    search(query, k, accept) {
      ensureQuery(query, dimensions, k);
      const heap = new BoundedHeap(Math.min(k, size));
      for (let rank = 0; rank < size; rank++) {
        const row = rowOfRank[rank]!;
        const distance = distanceTo(query, row);
        if (heap.admits(distance, rank) && (!accept || accept(row))) heap.push(distance, rank);
      }
      const { ranks, distances } = heap.drain();
      return { rows: ranks.map((rank) => rowOfRank[rank]!), distances };
    },
  };
}
