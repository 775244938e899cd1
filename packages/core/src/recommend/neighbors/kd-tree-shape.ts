import { SegueError } from "../../errors/segue-error";

/** The most points of one tree; with 8 dimensions they fill 8 GiB. */
export const KD_TREE_MAX_POINTS = 2 ** 28;
export const KD_TREE_MAX_DIMENSIONS = 16;
/** Children of an inner node, and points of a block: one per lane of a 128-bit register. */
export const LANES = 4;
export const NO_RANK = 0xffff_ffff;

/**
 * The numbers from which every offset of a tree follows. A tree has 2^depth leaves, split two ways at a time and
 * searched four ways at a time. Leaves hold blocks of four points, coordinate by coordinate:
 * `points[((leaf * blocks + block) * dimensions + c) * 4 + lane]`. Inner nodes hold the bounding boxes of their four
 * children in the same manner, `boxes[((node * dimensions + c) * 2 + side) * 4 + lane]`, those next to the leaves first.
 */
export interface KdTreeShape {
  readonly size: number;
  readonly dimensions: number;
  readonly depth: number;
  readonly leaves: number;
  /** Blocks of four points in each leaf; the last ones of a leaf may be padding. */
  readonly blocks: number;
  /** Levels of inner nodes, at least 1. */
  readonly height: number;
  /** Inner nodes on each level, from the one next to the leaves to the root. */
  readonly levelSizes: readonly number[];
  /** Number of the first inner node of each level. */
  readonly levelStarts: readonly number[];
  readonly nodes: number;
}

/** The shape for `size` points with at most about `leafSize` in a leaf. @throws SegueError `invalid_argument` */
export function kdTreeShape(size: number, dimensions: number, leafSize: number): KdTreeShape {
  if (!Number.isInteger(leafSize) || leafSize < LANES || leafSize > 4096)
    throw refuse(`leafSize is ${leafSize}; give an integer from ${LANES} to 4096.`);
  let depth = 0;
  while (size / 2 ** depth > leafSize) depth++;
  return shapeOfDepth(size, dimensions, depth);
}

/** The shape with 2^`depth` leaves. @throws SegueError `invalid_argument` */
export function shapeOfDepth(size: number, dimensions: number, depth: number): KdTreeShape {
  if (!Number.isInteger(size) || size < 0 || size > KD_TREE_MAX_POINTS)
    throw refuse(`A tree holds up to ${KD_TREE_MAX_POINTS} points, not ${size}.`);
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > KD_TREE_MAX_DIMENSIONS)
    throw refuse(`A tree has 1 to ${KD_TREE_MAX_DIMENSIONS} dimensions, not ${dimensions}.`);
  if (!Number.isInteger(depth) || depth < 0 || depth > 26) throw refuse(`A depth of ${depth}.`);
  const leaves = 2 ** depth;
  const levelSizes: number[] = [];
  let below = leaves;
  do {
    below = Math.ceil(below / LANES);
    levelSizes.push(below);
  } while (below > 1);
  let nodes = 0;
  const levelStarts = levelSizes.map((count) => {
    nodes += count;
    return nodes - count;
  });
  return {
    size,
    dimensions,
    depth,
    leaves,
    blocks: Math.max(1, Math.ceil(Math.ceil(size / leaves) / LANES)),
    height: levelSizes.length,
    levelSizes,
    levelStarts,
    nodes,
  };
}

/** Where leaf `leaf` starts in the order of leaves: the first `size mod leaves` hold one point more. */
export function leafStart(shape: KdTreeShape, leaf: number): number {
  return leaf * Math.floor(shape.size / shape.leaves) + Math.min(leaf, shape.size % shape.leaves);
}

const refuse = (detail: string) => new SegueError("invalid_argument", { detail });
