import type { ItemSpace } from "../item-space";
import { orderById } from "./id-order";
import { type KdTreeShape, kdTreeShape, LANES, leafStart, NO_RANK } from "./kd-tree-shape";
import { ensureCoordinates } from "./neighbor-index";
import { selectSmallest } from "./select";

/** A tree's arrays, laid out as `KdTreeShape` says. */
export interface KdTreeParts {
  readonly shape: KdTreeShape;
  readonly points: Float32Array;
  /** Rank of the point in each slot, `NO_RANK` in padding. */
  readonly ranks: Uint32Array;
  readonly boxes: Float32Array;
  readonly rowOfRank: Uint32Array;
}

/** Points looked at to choose the dimension of a split. */
const SAMPLE = 512;

/**
 * Builds the arrays: each split halves the points along the dimension in which they vary most (Bentley 1975).
 * Rows are first put in the order of ids, so the same items give the same tree in whatever order they come.
 * @throws SegueError `invalid_argument`
 */
export function buildKdTree(space: ItemSpace, leafSize: number): KdTreeParts {
  ensureCoordinates(space);
  const shape = kdTreeShape(space.ids.length, space.dimensions, leafSize);
  const { rowOfRank } = orderById(space.ids);
  const order = splitAll(space, shape, rowOfRank);
  const slots = shape.leaves * shape.blocks * LANES;
  const points = new Float32Array(slots * shape.dimensions).fill(Number.POSITIVE_INFINITY);
  const ranks = new Uint32Array(slots).fill(NO_RANK);
  for (let leaf = 0; leaf < shape.leaves; leaf++) {
    const start = leafStart(shape, leaf);
    const end = leafStart(shape, leaf + 1);
    // Within a leaf in the order of ids: of equal distances the first one met is then the one to keep.
    const members = order.subarray(start, end).sort();
    for (let at = 0; at < members.length; at++) {
      const block = leaf * shape.blocks + (at >> 2);
      const lane = at & 3;
      const from = rowOfRank[members[at]!]! * shape.dimensions;
      ranks[block * LANES + lane] = members[at]!;
      for (let c = 0; c < shape.dimensions; c++)
        points[(block * shape.dimensions + c) * LANES + lane] = space.vectors[from + c]!;
    }
  }
  return { shape, points, ranks, boxes: boundingBoxes(shape, points), rowOfRank };
}

/** Ranks in the order of leaves. */
function splitAll(space: ItemSpace, shape: KdTreeShape, rowOfRank: Uint32Array): Uint32Array {
  const { dimensions, vectors } = space;
  const order = Uint32Array.from(rowOfRank, (_, rank) => rank);
  const keys = new Float32Array(order.length);
  const split = (fromLeaf: number, toLeaf: number) => {
    if (toLeaf - fromLeaf < 2) return;
    const start = leafStart(shape, fromLeaf);
    const end = leafStart(shape, toLeaf);
    const middleLeaf = (fromLeaf + toLeaf) / 2;
    const c = widestDimension(space, order, rowOfRank, start, end);
    for (let at = start; at < end; at++) keys[at] = vectors[rowOfRank[order[at]!]! * dimensions + c]!;
    selectSmallest(keys, order, start, end, leafStart(shape, middleLeaf));
    split(fromLeaf, middleLeaf);
    split(middleLeaf, toLeaf);
  };
  split(0, shape.leaves);
  return order;
}

/** The dimension of the largest variance over a sample of the points in [start, end). */
function widestDimension(
  space: ItemSpace,
  order: Uint32Array,
  rowOfRank: Uint32Array,
  start: number,
  end: number,
): number {
  const { dimensions, vectors } = space;
  const stride = Math.max(1, Math.floor((end - start) / SAMPLE));
  let widest = 0;
  let largest = -1;
  for (let c = 0; c < dimensions; c++) {
    let count = 0;
    let mean = 0;
    let spread = 0;
    for (let at = start; at < end; at += stride) {
      const value = vectors[rowOfRank[order[at]!]! * dimensions + c]!;
      const delta = value - mean;
      mean += delta / ++count;
      spread += delta * (value - mean);
    }
    if (spread > largest) {
      largest = spread;
      widest = c;
    }
  }
  return widest;
}

/** The boxes of all inner nodes' children. A child that does not exist has an empty box, infinitely far from everything. */
export function boundingBoxes(shape: KdTreeShape, points: Float32Array): Float32Array {
  const { dimensions, blocks, height, leaves, levelSizes, levelStarts, nodes } = shape;
  const boxes = new Float32Array(nodes * dimensions * 2 * LANES);
  for (let level = 0; level < height; level++) {
    const children = level === 0 ? leaves : levelSizes[level - 1]!;
    for (let node = 0; node < levelSizes[level]!; node++)
      for (let c = 0; c < dimensions; c++)
        for (let lane = 0; lane < LANES; lane++) {
          const child = node * LANES + lane;
          let low = Number.POSITIVE_INFINITY;
          let high = Number.NEGATIVE_INFINITY;
          if (child < children && level === 0) {
            for (let block = child * blocks; block < (child + 1) * blocks; block++)
              for (let each = 0; each < LANES; each++) {
                const value = points[(block * dimensions + c) * LANES + each]!;
                if (value === Number.POSITIVE_INFINITY) continue;
                if (value < low) low = value;
                if (value > high) high = value;
              }
          } else if (child < children) {
            const at = ((levelStarts[level - 1]! + child) * dimensions + c) * 2 * LANES;
            for (let each = 0; each < LANES; each++) {
              low = Math.min(low, boxes[at + each]!);
              high = Math.max(high, boxes[at + LANES + each]!);
            }
          }
          const at = ((levelStarts[level]! + node) * dimensions + c) * 2 * LANES + lane;
          boxes[at] = low;
          boxes[at + LANES] = high;
        }
  }
  return boxes;
}
