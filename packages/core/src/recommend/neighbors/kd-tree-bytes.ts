import { SegueError } from "../../errors/segue-error";
import { type ReadOptions, readContainer, sectionOf, writeContainer } from "../container/container";
import { KdTree } from "./kd-tree";
import { boundingBoxes } from "./kd-tree-build";
import { type KdTreeShape, LANES, leafStart, NO_RANK, shapeOfDepth } from "./kd-tree-shape";
import { MAX_COORDINATE } from "./neighbor-index";

const KIND = "KDTR";
const VERSION = 1;

/** The tree as bytes that `loadKdTree` uses in place. Ids are not part of it. */
export function saveKdTree(tree: KdTree): Uint8Array {
  const { shape, points, ranks, boxes, rowOfRank } = tree.parts;
  const numbers = Uint32Array.of(shape.size, shape.dimensions, shape.depth);
  return writeContainer(KIND, VERSION, [numbers, points, ranks, boxes, rowOfRank]);
}

/**
 * A tree over `bytes`: its arrays are views, nothing is copied (unless `bytes` starts at an odd place).
 * Unless `trusted`, everything that a search relies on is checked, so whatever loads is exact.
 * @throws SegueError `model_invalid` for bytes that `saveKdTree` did not write.
 */
export function loadKdTree(bytes: Uint8Array, options: ReadOptions = {}): KdTree {
  const sections = readContainer(bytes, KIND, VERSION, options);
  const numbers = sectionOf(sections, 0, Uint32Array);
  const points = sectionOf(sections, 1, Float32Array);
  const ranks = sectionOf(sections, 2, Uint32Array);
  const boxes = sectionOf(sections, 3, Float32Array);
  const rowOfRank = sectionOf(sections, 4, Uint32Array);
  const shape = shapeFrom(numbers);
  const slots = shape.leaves * shape.blocks * LANES;
  if (
    points.length !== slots * shape.dimensions ||
    ranks.length !== slots ||
    boxes.length !== shape.nodes * shape.dimensions * 2 * LANES ||
    rowOfRank.length !== shape.size
  )
    throw invalid("The lengths of its arrays do not fit its size.");
  if (!options.trusted) {
    ensurePermutation(rowOfRank, shape.size);
    ensureSlots(shape, points, ranks);
    const expected = boundingBoxes(shape, points);
    if (boxes.some((value, at) => value !== expected[at])) throw invalid("A bounding box is wrong.");
  }
  return new KdTree({ shape, points, ranks, boxes, rowOfRank });
}

function shapeFrom(numbers: Uint32Array): KdTreeShape {
  if (numbers.length !== 3) throw invalid("Its sizes are missing.");
  const [size, dimensions, depth] = numbers as unknown as [number, number, number];
  // Leaves may be empty only when there are fewer points than leaves, which no build makes.
  if (depth > 0 && size < 2 ** depth) throw invalid("It has more leaves than points.");
  try {
    return shapeOfDepth(size, dimensions, depth);
  } catch (cause) {
    throw new SegueError("model_invalid", { detail: "Its sizes are not those of a tree.", cause });
  }
}

/** Points are finite and in a slot of their own, padding is at the end of each leaf. */
function ensureSlots(shape: KdTreeShape, points: Float32Array, ranks: Uint32Array): void {
  const { blocks, dimensions, leaves, size } = shape;
  const seen = new Uint8Array(size);
  for (let leaf = 0; leaf < leaves; leaf++) {
    const count = leafStart(shape, leaf + 1) - leafStart(shape, leaf);
    for (let at = 0; at < blocks * LANES; at++) {
      const block = leaf * blocks + (at >> 2);
      const rank = ranks[block * LANES + (at & 3)]!;
      const padding = at >= count;
      if (padding ? rank !== NO_RANK : rank >= size || seen[rank]!++ !== 0)
        throw invalid("A point stands in no slot or in several.");
      for (let c = 0; c < dimensions; c++) {
        const value = points[(block * dimensions + c) * LANES + (at & 3)]!;
        if (padding ? value !== Number.POSITIVE_INFINITY : !(Math.abs(value) <= MAX_COORDINATE))
          throw invalid("A coordinate is not finite.");
      }
    }
  }
}

function ensurePermutation(rows: Uint32Array, size: number): void {
  const seen = new Uint8Array(size);
  for (const row of rows)
    if (row >= size || seen[row]!++ !== 0) throw invalid("Its rows are no permutation.");
}

const invalid = (detail: string) => new SegueError("model_invalid", { detail });
