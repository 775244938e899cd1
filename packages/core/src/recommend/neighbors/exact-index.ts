import type { ItemSpace } from "../item-space";
import type { WasmPort } from "../kernels/wasm-port";
import { refuse } from "../refuse";
import { bruteForceIndex } from "./brute-force";
import { filteredSearch } from "./filtered-search";
import { orderById } from "./id-order";
import { ensureCoordinates, ensureQuery, type NeighborIndex, type Neighbors } from "./neighbor-index";
import { slotsByLength } from "./quantized-rows";
import { type HiddenRows, type TopKLimits, TopKMemory } from "./top-k-memory";

/**
 * The exact index for many dimensions, highest inner product first. A first pass over 16-bit copies keeps what could
 * be among the best, and what is kept is scored from the floats: the results are those of `bruteForceIndex`, bit for bit.
 * 100,000 rows of 64 dimensions need 40 MB, 10 million 4 GB, which is also the most that one memory holds.
 */
export class ExactIndex implements NeighborIndex {
  readonly metric = "inner-product";
  readonly size: number;
  readonly dimensions: number;
  #plain: NeighborIndex | undefined;
  readonly #space: ItemSpace;
  readonly #memory: TopKMemory;

  private constructor(space: ItemSpace, memory: TopKMemory) {
    this.#space = space;
    this.#memory = memory;
    this.size = space.ids.length;
    this.dimensions = space.dimensions;
  }

  /**
   * Copies `space` into a memory of its own. `space` must not change afterwards.
   * @throws SegueError `invalid_argument` for a space or limits that are not allowed; `kernel_unavailable` when it
   *   does not fit into 4 GiB or the host cannot run the kernel.
   */
  static async load(port: WasmPort, space: ItemSpace, limits: TopKLimits = {}): Promise<ExactIndex> {
    ensureCoordinates(space);
    const order = orderById(space.ids);
    const memory = await TopKMemory.load(port, space, order, slotsByLength(space, order), limits);
    return new ExactIndex(space, memory);
  }

  search(query: Float32Array, k: number, accept?: (row: number) => boolean): Neighbors {
    ensureQuery(query, this.dimensions, k);
    return filteredSearch(this.size, k, accept, (wanted) => this.#some(query, 1, wanted, [])[0]!);
  }

  /**
   * The `k` nearest rows for each of many queries, `dimensions` numbers each, one after another.
   * @param hidden rows that may not be returned to the query of the same place.
   * @throws SegueError `invalid_argument` as `search`, and for a hidden row that does not exist.
   */
  searchMany(queries: Float32Array, k: number, hidden: readonly HiddenRows[] = []): Neighbors[] {
    const { dimensions } = this;
    const { batch } = this.#memory;
    const count = Math.ceil(queries.length / dimensions);
    for (let i = 0; i < count; i++)
      ensureQuery(queries.subarray(i * dimensions, (i + 1) * dimensions), dimensions, k);
    for (const rows of hidden)
      if (rows?.some((row) => row >= this.size)) refuse("A hidden row is not a row of the space.");
    const results: Neighbors[] = [];
    for (let from = 0; from < count; from += batch) {
      const to = Math.min(count, from + batch);
      const part = queries.subarray(from * dimensions, to * dimensions);
      results.push(...this.#some(part, to - from, Math.min(k, this.size), hidden.slice(from, to)));
    }
    return results;
  }

  /** Searches for at most `batch` queries. */
  #some(queries: Float32Array, count: number, k: number, hidden: readonly HiddenRows[]): Neighbors[] {
    const places = Array.from({ length: count }, (_, place) => place);
    if (k === 0 || k > this.#memory.maxK)
      return places.map((place) => this.#searchPlainly(queries, place, k, hidden[place]));
    this.#memory.prepare(queries, count, hidden);
    this.#memory.guess(count, k);
    this.#memory.scanAll(count, k);
    const found = places.map((place) => this.#memory.finish(place, k, hidden[place]));
    return found.map((neighbors, place) => neighbors ?? this.#again(queries, place, k, hidden[place]));
  }

  /** One query of many, without a guess. */
  #again(queries: Float32Array, place: number, k: number, hidden: HiddenRows): Neighbors {
    const query = queries.subarray(place * this.dimensions, (place + 1) * this.dimensions);
    this.#memory.prepare(query, 1, [hidden]);
    this.#memory.scanAll(1, k);
    return this.#memory.finish(0, k, hidden)!;
  }

  #searchPlainly(queries: Float32Array, place: number, k: number, hidden: HiddenRows): Neighbors {
    this.#plain ??= bruteForceIndex(this.#space, "inner-product");
    const absent = hidden && new Set(hidden);
    const query = queries.subarray(place * this.dimensions, (place + 1) * this.dimensions);
    return this.#plain.search(query, k, absent && ((row) => !absent.has(row)));
  }
}
