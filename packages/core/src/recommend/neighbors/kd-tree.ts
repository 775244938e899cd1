import { SegueError } from "../../errors/segue-error";
import type { ItemSpace } from "../item-space";
import { BoundedHeap } from "./bounded-heap";
import { buildKdTree, type KdTreeParts } from "./kd-tree-build";
import { LANES, NO_RANK } from "./kd-tree-shape";
import { ensureQuery, type NeighborIndex, type Neighbors } from "./neighbor-index";

const round = Math.fround;

/** How a tree is built. */
export interface KdTreeOptions {
  /** Points in a leaf at most, 4 to 4096. Default 32. */
  readonly leafSize?: number;
}

/** How a tree is searched. */
export interface KdTreeSearchOptions {
  /**
   * Every distance found is at most (1 + eps) times the exact one of the same place in the list, before squaring
   * (Arya and Mount 1993). 0, the default, is exact.
   */
  readonly eps?: number;
}

/** An exact index for few dimensions over flat arrays, squared Euclidean distance. */
export class KdTree implements NeighborIndex {
  readonly metric = "squared-l2";
  readonly size: number;
  readonly dimensions: number;

  /** @param parts from `buildKdTree` or `loadKdTree`. */
  constructor(readonly parts: KdTreeParts) {
    this.size = parts.shape.size;
    this.dimensions = parts.shape.dimensions;
  }

  /**
   * Builds a tree over `space`, 1 to 16 dimensions. About n log n steps.
   * @throws SegueError `invalid_argument` for coordinates that are not finite, an id that occurs twice, too many points.
   */
  static build(space: ItemSpace, options: KdTreeOptions = {}): KdTree {
    return new KdTree(buildKdTree(space, options.leafSize ?? 32));
  }

  search(
    query: Float32Array,
    k: number,
    accept?: (row: number) => boolean,
    options: KdTreeSearchOptions = {},
  ): Neighbors {
    ensureQuery(query, this.dimensions, k);
    const scale = boundScale(options.eps ?? 0);
    const { shape, rowOfRank } = this.parts;
    const heap = new BoundedHeap(Math.min(k, this.size));
    const bounds = new Float32Array(LANES * (shape.height + 1));
    const nodes = new Uint32Array(bounds.length);
    const levels = new Uint8Array(bounds.length);
    let top = 0;
    levels[top++] = shape.height;
    while (top > 0) {
      const at = --top;
      if (round(bounds[at]! * scale) > heap.worst) continue;
      if (levels[at] === 0) this.#scanLeaf(nodes[at]!, query, heap, accept);
      else top = this.#pushChildren(levels[at]! - 1, nodes[at]!, query, bounds, nodes, levels, top);
    }
    const { ranks, distances } = heap.drain();
    return { rows: ranks.map((rank) => rowOfRank[rank]!), distances };
  }

  #scanLeaf(
    leaf: number,
    query: Float32Array,
    heap: BoundedHeap,
    accept: ((row: number) => boolean) | undefined,
  ): void {
    const { shape, points, ranks, rowOfRank } = this.parts;
    const { dimensions, blocks } = shape;
    for (let block = leaf * blocks; block < (leaf + 1) * blocks; block++)
      for (let lane = 0; lane < LANES; lane++) {
        const rank = ranks[block * LANES + lane]!;
        if (rank === NO_RANK) return;
        let distance = 0;
        for (let c = 0; c < dimensions; c++) {
          const difference = round(points[(block * dimensions + c) * LANES + lane]! - query[c]!);
          distance = round(distance + round(difference * difference));
        }
        if (heap.admits(distance, rank) && (!accept || accept(rowOfRank[rank]!))) heap.push(distance, rank);
      }
  }

  /** Pushes the node's children, the nearest last. The steps of a bound are those of a distance, so it never exceeds one. */
  #pushChildren(
    level: number,
    node: number,
    query: Float32Array,
    bounds: Float32Array,
    nodes: Uint32Array,
    levels: Uint8Array,
    from: number,
  ): number {
    const { shape, boxes } = this.parts;
    const { dimensions, levelStarts } = shape;
    let top = from;
    for (let lane = 0; lane < LANES; lane++) {
      let bound = 0;
      let at = (levelStarts[level]! + node) * dimensions * 2 * LANES + lane;
      for (let c = 0; c < dimensions; c++, at += 2 * LANES) {
        const below = round(boxes[at]! - query[c]!);
        const above = round(query[c]! - boxes[at + LANES]!);
        const gap = Math.max(0, below, above);
        bound = round(bound + round(gap * gap));
      }
      if (bound === Number.POSITIVE_INFINITY) continue;
      let place = top++;
      for (; place > from && bounds[place - 1]! <= bound; place--) {
        bounds[place] = bounds[place - 1]!;
        nodes[place] = nodes[place - 1]!;
      }
      bounds[place] = bound;
      nodes[place] = node * LANES + lane;
      levels[top - 1] = level;
    }
    return top;
  }
}

/** What a squared bound is multiplied with before it is compared. @throws SegueError `invalid_argument` */
export function boundScale(eps: number): number {
  if (!(eps >= 0 && eps <= 1e6))
    throw new SegueError("invalid_argument", { detail: `eps is ${eps}; give a number from 0 to 1,000,000.` });
  return round((1 + eps) * (1 + eps));
}
