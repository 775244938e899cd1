import { SegueError } from "../../errors/segue-error";
import { kdTreeKernel } from "../kernels/generated/kd-tree";
import { loadKernel } from "../kernels/load-kernel";
import { MemoryPlan } from "../kernels/memory-plan";
import type { KernelExports, WasmMemory, WasmPort } from "../kernels/wasm-port";
import { filteredSearch } from "./filtered-search";
import { boundScale, KdTree, type KdTreeSearchOptions } from "./kd-tree";
import { LANES } from "./kd-tree-shape";
import { ensureQuery, type NeighborIndex, type Neighbors } from "./neighbor-index";

const DIMENSIONS = 8;
/** Results that fit beside the tree, of all queries of one call together. */
const CAPACITY = 65_536;

interface Places {
  readonly points: number;
  readonly ranks: number;
  readonly boxes: number;
  readonly levelStarts: number;
  readonly stack: number;
  readonly queries: number;
  readonly results: number;
}

/**
 * A tree of 8 dimensions searched by a compiled kernel; its results are those of `KdTree`, bit for bit.
 * The tree lives in the kernel's memory: 10 million points need about 480 MB.
 */
export class KernelKdTree implements NeighborIndex {
  readonly metric = "squared-l2";
  readonly dimensions = DIMENSIONS;
  readonly size: number;
  readonly #kernel: KernelExports;
  readonly #memory: WasmMemory;
  readonly #at: Places;

  private constructor(
    /** The plain tree over the kernel's memory; the one it was made from can be dropped. */
    readonly tree: KdTree,
    kernel: KernelExports,
    memory: WasmMemory,
    at: Places,
  ) {
    this.#kernel = kernel;
    this.#memory = memory;
    this.#at = at;
    this.size = tree.size;
  }

  /**
   * Copies `tree` into a memory of its own.
   * @throws SegueError `invalid_argument` for a tree of other than 8 dimensions; `kernel_unavailable` when it does
   *   not fit into 4 GiB or the host cannot run the kernel.
   */
  static async load(port: WasmPort, tree: KdTree): Promise<KernelKdTree> {
    if (tree.dimensions !== DIMENSIONS)
      throw new SegueError("invalid_argument", {
        detail: `The kernel searches ${DIMENSIONS} dimensions, not ${tree.dimensions}; search the tree itself.`,
      });
    const { shape, points, ranks, boxes, rowOfRank } = tree.parts;
    const plan = new MemoryPlan();
    const at: Places = {
      points: plan.reserve(points.length),
      ranks: plan.reserve(ranks.length),
      boxes: plan.reserve(boxes.length),
      levelStarts: plan.reserve(shape.height),
      stack: plan.reserve(4 * LANES * (shape.height + 2)),
      queries: plan.reserve(CAPACITY * DIMENSIONS),
      results: plan.reserve(CAPACITY * 2),
    };
    const memory = plan.create(port, false);
    const moved = new KdTree({
      shape,
      points: new Float32Array(memory.buffer, at.points, points.length),
      ranks: new Uint32Array(memory.buffer, at.ranks, ranks.length),
      boxes: new Float32Array(memory.buffer, at.boxes, boxes.length),
      rowOfRank,
    });
    moved.parts.points.set(points);
    moved.parts.ranks.set(ranks);
    moved.parts.boxes.set(boxes);
    new Uint32Array(memory.buffer, at.levelStarts, shape.height).set(shape.levelStarts);
    return new KernelKdTree(moved, await loadKernel(port, kdTreeKernel, memory, false), memory, at);
  }

  search(
    query: Float32Array,
    k: number,
    accept?: (row: number) => boolean,
    options: KdTreeSearchOptions = {},
  ): Neighbors {
    ensureQuery(query, DIMENSIONS, k);
    const scale = boundScale(options.eps ?? 0);
    if (accept && options.eps) return this.tree.search(query, k, accept, options);
    return filteredSearch(this.size, k, accept, (wanted) =>
      wanted > CAPACITY
        ? this.tree.search(query, wanted, undefined, options)
        : this.#run(query, 1, wanted, scale)[0]!,
    );
  }

  /**
   * Searches for many queries, 8 numbers each, one after another.
   * @throws SegueError `invalid_argument` as `search`.
   */
  searchMany(queries: Float32Array, k: number, options: KdTreeSearchOptions = {}): Neighbors[] {
    const count = Math.ceil(queries.length / DIMENSIONS);
    for (let i = 0; i < count; i++)
      ensureQuery(queries.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS), DIMENSIONS, k);
    const scale = boundScale(options.eps ?? 0);
    const wanted = Math.min(k, this.size);
    const together = Math.floor(CAPACITY / Math.max(1, wanted));
    const results: Neighbors[] = [];
    for (let from = 0; from < count; ) {
      if (together === 0) {
        const query = queries.subarray(from * DIMENSIONS, ++from * DIMENSIONS);
        results.push(this.tree.search(query, k, undefined, options));
        continue;
      }
      const to = Math.min(count, from + together);
      const part = queries.subarray(from * DIMENSIONS, to * DIMENSIONS);
      results.push(...this.#run(part, to - from, wanted, scale));
      from = to;
    }
    return results;
  }

  #run(queries: Float32Array, count: number, k: number, scale: number): Neighbors[] {
    const { shape, rowOfRank } = this.tree.parts;
    const at = this.#at;
    const { buffer } = this.#memory;
    if (k > 0) {
      new Float32Array(buffer, at.queries, queries.length).set(queries);
      this.#kernel.search!(
        ...[at.points, at.ranks, at.boxes, at.levelStarts, shape.height, shape.blocks, scale],
        ...[at.queries, count, k, at.stack, at.results],
      );
    }
    const keys = new Uint32Array(buffer, at.results, count * k * 2);
    const bits = new Float32Array(buffer, at.results, count * k * 2);
    return Array.from({ length: count }, (_, each) => {
      const rows = new Uint32Array(k);
      const distances = new Float32Array(k);
      for (let i = 0, from = each * k * 2; i < k; i++, from += 2) {
        rows[i] = rowOfRank[keys[from]!]!;
        distances[i] = bits[from + 1]!;
      }
      return { rows, distances };
    });
  }
}
