import { SegueError } from "../../errors/segue-error";
import type { ItemSpace } from "../item-space";

/** Largest magnitude of a coordinate: sums of squares over thousands of dimensions stay finite in 32 bits. */
export const MAX_COORDINATE = 1e17;

/**
 * How nearness is measured. `squared-l2`: the distance is the sum of squared differences. `inner-product`: the
 * distance is the negated inner product, so that the highest score comes first; over unit vectors that is the
 * negated cosine.
 */
export type Metric = "squared-l2" | "inner-product";

/** Rows of the space from the nearest on; equal distances in the order of ids. */
export interface Neighbors {
  readonly rows: Uint32Array;
  readonly distances: Float32Array;
}

/** Nearest neighbors in one item space: exact unless the implementation says otherwise. */
export interface NeighborIndex {
  /** Rows in the space. */
  readonly size: number;
  readonly dimensions: number;
  readonly metric: Metric;
  /**
   * The `k` nearest rows, fewer when fewer are accepted.
   * @param accept whether a row may be returned; it must not change its mind during a search, and may be asked
   *   about any row any number of times.
   * @throws SegueError `invalid_argument` for a query that is not `dimensions` finite numbers, or a `k` that is
   *   not an integer of at least 0.
   */
  search(query: Float32Array, k: number, accept?: (row: number) => boolean): Neighbors;
}

/** The score behind a distance of an `inner-product` index. */
export const scoreOf = (distance: number): number => 0 - distance;

/** Throws `invalid_argument` unless `query` and `k` can be searched with. */
export function ensureQuery(query: Float32Array, dimensions: number, k: number): void {
  if (query.length !== dimensions)
    throw new SegueError("invalid_argument", {
      detail: `the query has ${query.length} numbers; the index has ${dimensions} dimensions`,
    });
  for (let at = 0; at < dimensions; at++)
    if (!(Math.abs(query[at]!) <= MAX_COORDINATE))
      throw new SegueError("invalid_argument", { detail: `coordinate ${at} of the query is ${query[at]}` });
  if (!Number.isInteger(k) || k < 0)
    throw new SegueError("invalid_argument", { detail: `k is ${k}; give an integer of at least 0` });
}

/** Throws `invalid_argument` unless every coordinate of `space` is a number within `MAX_COORDINATE`. */
export function ensureCoordinates(space: ItemSpace): void {
  const { ids, dimensions, vectors } = space;
  if (vectors.length !== ids.length * dimensions)
    throw new SegueError("invalid_argument", {
      detail: `${ids.length} items of ${dimensions} dimensions do not fit ${vectors.length} numbers.`,
    });
  for (let at = 0; at < vectors.length; at++)
    // Written so that NaN fails too.
    if (!(Math.abs(vectors[at]!) <= MAX_COORDINATE))
      throw new SegueError("invalid_argument", {
        detail: `Coordinate ${at % dimensions} of item ${Math.floor(at / dimensions)} is ${vectors[at]}.`,
      });
}
