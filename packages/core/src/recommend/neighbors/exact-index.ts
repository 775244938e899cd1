import { SegueError } from "../../errors/segue-error";
import type { ItemSpace } from "../item-space";
import { topKKernel } from "../kernels/generated/top-k";
import { loadKernel } from "../kernels/load-kernel";
import { MemoryPlan } from "../kernels/memory-plan";
import type { KernelExports, WasmMemory, WasmPort } from "../kernels/wasm-port";
import { bruteForceIndex } from "./brute-force";
import { filteredSearch } from "./filtered-search";
import { type IdOrder, orderById } from "./id-order";
import { ensureCoordinates, ensureQuery, type NeighborIndex, type Neighbors } from "./neighbor-index";
import {
  GROUP,
  groupsOf,
  pairsOf,
  type QuantizedRows,
  quantizeQuery,
  quantizeRows,
  tilesOf,
} from "./quantized-rows";

const STATE_WORDS = 8;
const FLOOR = 0;
const MARGIN = 2;
const KEPT = 4;
const HIDDEN = 5;
const LENGTH = 6;
const OVERFLOW = 3;

/** How much an exact index can do at once. */
export interface ExactIndexOptions {
  /** Largest `k` that the kernel serves; a larger one is searched plainly. Default 1,024. */
  readonly maxK?: number;
  /** Queries scored together, a multiple of 4 up to 256. More reuse each row while it is in the cache. Default 32. */
  readonly batch?: number;
}

interface Places {
  readonly quantized: number;
  readonly floats: number;
  readonly ranks: number;
  readonly tileLengths: number;
  readonly queries: number;
  readonly queryFloats: number;
  readonly states: number;
  readonly kept: number;
  readonly hidden: number;
  readonly out: number;
}

/**
 * The exact index for many dimensions, highest inner product first. A first pass over 16-bit copies keeps what could
 * be among the best, and what is kept is scored from the floats: the results are those of `bruteForceIndex`, bit for bit.
 * 100,000 rows of 64 dimensions need 40 MB, 10 million 4 GB, which is also the most that one memory holds.
 */
export class ExactIndex implements NeighborIndex {
  readonly metric = "inner-product";
  readonly size: number;
  readonly dimensions: number;
  private readonly slotOfRow: Uint32Array;
  private plain: NeighborIndex | undefined;

  private constructor(
    private readonly space: ItemSpace,
    private readonly order: IdOrder,
    private readonly rows: QuantizedRows,
    private readonly kernel: KernelExports,
    private readonly memory: WasmMemory,
    private readonly at: Places,
    private readonly maxK: number,
    private readonly batch: number,
  ) {
    this.size = space.ids.length;
    this.dimensions = space.dimensions;
    this.slotOfRow = new Uint32Array(this.size);
    for (let slot = 0; slot < this.size; slot++) this.slotOfRow[rows.rowOfSlot[slot]!] = slot;
  }

  /**
   * Copies `space` into a memory of its own. `space` must not change afterwards.
   * @throws SegueError `invalid_argument` for a space or options that are not allowed; `kernel_unavailable` when it
   *   does not fit into 4 GiB or the host cannot run the kernel.
   */
  static async load(port: WasmPort, space: ItemSpace, options: ExactIndexOptions = {}): Promise<ExactIndex> {
    const maxK = options.maxK ?? 1024;
    const batch = options.batch ?? 32;
    if (!Number.isInteger(maxK) || maxK < 1 || maxK > 65_536)
      throw new SegueError("invalid_argument", {
        detail: `maxK is ${maxK}; give an integer from 1 to 65,536.`,
      });
    if (!Number.isInteger(batch / GROUP) || batch < GROUP || batch > 256)
      throw new SegueError("invalid_argument", {
        detail: `batch is ${batch}; give a multiple of 4 up to 256.`,
      });
    ensureCoordinates(space);
    const order = orderById(space.ids);
    const size = space.ids.length;
    const { dimensions } = space;
    const groupWords = pairsOf(dimensions) * GROUP;
    const plan = new MemoryPlan();
    const at: Places = {
      quantized: plan.reserve(groupsOf(size) * groupWords),
      floats: plan.reserve(size * dimensions),
      ranks: plan.reserve(size),
      tileLengths: plan.reserve(tilesOf(size)),
      queries: plan.reserve((batch / GROUP) * groupWords),
      queryFloats: plan.reserve(batch * dimensions),
      states: plan.reserve(batch * STATE_WORDS),
      kept: plan.reserve(batch * capacityFor(maxK), 8),
      hidden: plan.reserve(batch * hiddenBytes(size), 1),
      out: plan.reserve(maxK, 8),
    };
    const memory = plan.create(port, false);
    const rows = quantizeRows(space, order, {
      quantized: new Int16Array(memory.buffer, at.quantized, groupsOf(size) * groupWords * 2),
      floats: new Float32Array(memory.buffer, at.floats, size * dimensions),
      ranks: new Uint32Array(memory.buffer, at.ranks, size),
      tileLengths: new Float32Array(memory.buffer, at.tileLengths, tilesOf(size)),
    });
    const kernel = await loadKernel(port, topKKernel, memory, false);
    return new ExactIndex(space, order, rows, kernel, memory, at, maxK, batch);
  }

  search(query: Float32Array, k: number, accept?: (row: number) => boolean): Neighbors {
    ensureQuery(query, this.dimensions, k);
    return filteredSearch(this.size, k, accept, (wanted) => this.some(query, 1, wanted)[0]!);
  }

  /**
   * The `k` nearest rows for each of many queries, `dimensions` numbers each, one after another.
   * @param hidden rows that may not be returned to the query of the same place, in any order.
   * @throws SegueError `invalid_argument` as `search`, and for a hidden row that does not exist.
   */
  searchMany(
    queries: Float32Array,
    k: number,
    hidden: readonly (Uint32Array | undefined)[] = [],
  ): Neighbors[] {
    const { dimensions, batch } = this;
    const count = Math.ceil(queries.length / dimensions);
    for (let i = 0; i < count; i++)
      ensureQuery(queries.subarray(i * dimensions, (i + 1) * dimensions), dimensions, k);
    for (const rows of hidden)
      if (rows?.some((row) => row >= this.size))
        throw new SegueError("invalid_argument", { detail: "A hidden row is not a row of the space." });
    const results: Neighbors[] = [];
    for (let from = 0; from < count; from += batch) {
      const to = Math.min(count, from + batch);
      const part = queries.subarray(from * dimensions, to * dimensions);
      results.push(...this.some(part, to - from, Math.min(k, this.size), hidden.slice(from, to)));
    }
    return results;
  }

  /** Searches for at most `batch` queries. */
  private some(
    queries: Float32Array,
    count: number,
    k: number,
    hidden: readonly (Uint32Array | undefined)[] = [],
  ): Neighbors[] {
    if (k === 0) return Array.from({ length: count }, () => this.collect(0));
    if (k > this.maxK)
      return Array.from({ length: count }, (_, i) => this.searchPlainly(queries, i, k, hidden[i]));
    const { at, dimensions, kernel, size } = this;
    const { buffer } = this.memory;
    new Float32Array(buffer, at.queryFloats, queries.length).set(queries);
    const margins = this.prepare(queries, count, hidden);
    const pairs = pairsOf(dimensions);
    const quads = Math.ceil(count / GROUP);
    const capacity = capacityFor(this.maxK);
    const rows = [at.quantized, groupsOf(size), pairs, at.tileLengths, size] as const;
    if (count === 1) kernel.scanOne!(...rows, at.queries, at.states, k, capacity);
    else kernel.scan!(...rows, at.queries, quads, at.states, k, capacity);
    const states = new Int32Array(buffer, at.states, this.batch * STATE_WORDS);
    return Array.from({ length: count }, (_, i) => {
      const query = at.queryFloats + i * dimensions * 4;
      const state = at.states + i * STATE_WORDS * 4;
      const kept = states[i * STATE_WORDS + KEPT]!;
      const floats = [at.floats, dimensions, at.ranks] as const;
      let found = Number.isFinite(margins[i]!)
        ? kernel.finish!(...floats, query, state, k, capacity, at.out)
        : 0;
      if (!Number.isFinite(margins[i]!) || states[i * STATE_WORDS + OVERFLOW] !== 0)
        found = kernel.scanFloats!(
          ...floats,
          size,
          query,
          states[i * STATE_WORDS + HIDDEN]!,
          k,
          kept,
          at.out,
        );
      this.show(i, hidden[i]);
      return this.collect(found);
    });
  }

  /** Writes 16-bit queries, states and hidden rows; returns the queries' margins. */
  private prepare(
    queries: Float32Array,
    count: number,
    hidden: readonly (Uint32Array | undefined)[],
  ): readonly number[] {
    const { at, dimensions, rows } = this;
    const { buffer } = this.memory;
    const quadNumbers = pairsOf(dimensions) * 2 * GROUP;
    const quads = Math.ceil(count / GROUP);
    const quantized = new Int16Array(buffer, at.queries, quads * quadNumbers).fill(0);
    const states = new Int32Array(buffer, at.states, quads * GROUP * STATE_WORDS).fill(0);
    const lengths = new Float32Array(buffer, at.states, states.length);
    return Array.from({ length: quads * GROUP }, (_, i) => {
      const state = i * STATE_WORDS;
      // A place without a query never wants a row.
      states[state + FLOOR] = 2 ** 31 - 1;
      if (i >= count) return Number.POSITIVE_INFINITY;
      const into = Math.floor(i / GROUP) * quadNumbers + (i % GROUP) * 2;
      const made = quantizeQuery(rows, queries, i * dimensions, dimensions, quantized, into, 2 * GROUP);
      if (Number.isFinite(made.margin)) {
        states[state + FLOOR] = -(2 ** 31);
        states[state + MARGIN] = made.margin;
      }
      states[state + KEPT] = at.kept + i * capacityFor(this.maxK) * 8;
      lengths[state + LENGTH] = made.length;
      const mine = hidden[i];
      if (mine) {
        states[state + HIDDEN] = at.hidden + i * hiddenBytes(this.size);
        const bits = new Uint8Array(buffer, at.hidden + i * hiddenBytes(this.size), hiddenBytes(this.size));
        for (const row of mine) bits[this.slotOfRow[row]! >> 3]! |= 1 << (this.slotOfRow[row]! & 7);
      }
      return made.margin;
    });
  }

  /** Takes back what `prepare` hid. */
  private show(i: number, hidden: Uint32Array | undefined): void {
    if (!hidden) return;
    const length = hiddenBytes(this.size);
    const bits = new Uint8Array(this.memory.buffer, this.at.hidden + i * length, length);
    for (const row of hidden) bits[this.slotOfRow[row]! >> 3] = 0;
  }

  private searchPlainly(
    queries: Float32Array,
    i: number,
    k: number,
    hidden: Uint32Array | undefined,
  ): Neighbors {
    this.plain ??= bruteForceIndex(this.space, "inner-product");
    const absent = hidden && new Set(hidden);
    const query = queries.subarray(i * this.dimensions, (i + 1) * this.dimensions);
    return this.plain.search(query, k, absent && ((row) => !absent.has(row)));
  }

  private collect(count: number): Neighbors {
    const keys = new Uint32Array(this.memory.buffer, this.at.out, count * 2);
    const bits = new Float32Array(this.memory.buffer, this.at.out, count * 2);
    const rows = new Uint32Array(count);
    const distances = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      rows[i] = this.order.rowOfRank[keys[2 * i]!]!;
      distances[i] = bits[2 * i + 1]!;
    }
    return { rows, distances };
  }
}

/** Keys that fit for one query: several rounds of k, so that dropping is rare. */
const capacityFor = (maxK: number) => 2 * maxK + 1024;
const hiddenBytes = (size: number) => Math.ceil(size / 8);
