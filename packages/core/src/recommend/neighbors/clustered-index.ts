import type { ItemSpace } from "../item-space";
import type { WasmPort } from "../kernels/wasm-port";
import { refuse, wholeNumber } from "../refuse";
import type { Clusters } from "./clusters";
import { ExactIndex } from "./exact-index";
import { filteredSearch } from "./filtered-search";
import { type IdOrder, orderById } from "./id-order";
import { ensureCoordinates, ensureQuery, type NeighborIndex, type Neighbors } from "./neighbor-index";
import { NO_ROW } from "./quantized-rows";
import { type TopKLimits, TopKMemory } from "./top-k-memory";

/** Rows of a cluster fill whole blocks of this many slots. */
const BLOCK = 16;

/** How an approximate index searches. */
export interface ClusteredIndexOptions extends TopKLimits {
  /** Clusters looked into per query: more find more and take longer. Default 32. */
  readonly probes?: number;
}

/**
 * The approximate index for large catalogs, highest inner product first: only the clusters whose centroids promise most
 * are looked into (an inverted file, Sivic and Zisserman 2003), each as `ExactIndex` would. What is returned is exactly
 * scored and ordered; a row of a cluster that was not looked into is missed. With as many probes as clusters it is exact.
 */
export class ClusteredIndex implements NeighborIndex {
  readonly metric = "inner-product";
  readonly size: number;
  readonly dimensions: number;
  readonly #centroids: ExactIndex;
  /** First slot of each cluster, and one past the last. */
  readonly #starts: Uint32Array;
  readonly #memory: TopKMemory;
  readonly #probes: number;

  private constructor(
    space: ItemSpace,
    centroids: ExactIndex,
    starts: Uint32Array,
    memory: TopKMemory,
    probes: number,
  ) {
    this.#centroids = centroids;
    this.#starts = starts;
    this.#memory = memory;
    this.#probes = probes;
    this.size = space.ids.length;
    this.dimensions = space.dimensions;
  }

  /**
   * @param clusters from `clusterRows` over the same space.
   * @throws SegueError `invalid_argument` when they do not fit each other, `kernel_unavailable`.
   */
  static async load(
    port: WasmPort,
    space: ItemSpace,
    clusters: Clusters,
    options: ClusteredIndexOptions = {},
  ): Promise<ClusteredIndex> {
    ensureCoordinates(space);
    const { dimensions, ids } = space;
    const count = clusters.centroids.length / dimensions;
    if (
      clusters.dimensions !== dimensions ||
      clusters.clusterOfRow.length !== ids.length ||
      !Number.isInteger(count)
    )
      refuse("The clusters are those of another space.");
    if (clusters.clusterOfRow.some((cluster) => cluster >= count))
      refuse("A row is in a cluster that does not exist.");
    const probes = Math.min(wholeNumber("probes", options.probes ?? 32, 1, 65_536), count);
    const order = orderById(ids);
    const { rowOfSlot, starts } = slotsByCluster(space, order, clusters.clusterOfRow, count);
    const memory = await TopKMemory.load(port, space, order, rowOfSlot, { ...options, batch: 4 });
    const names = Array.from({ length: count }, (_, at) => String(at).padStart(6, "0"));
    const centroids = await ExactIndex.load(
      port,
      { ids: names, dimensions, vectors: clusters.centroids },
      { maxK: probes, batch: 4 },
    );
    return new ClusteredIndex(space, centroids, starts, memory, probes);
  }

  search(query: Float32Array, k: number, accept?: (row: number) => boolean): Neighbors {
    ensureQuery(query, this.dimensions, k);
    const memory = this.#memory;
    const starts = this.#starts;
    const { rows: chosen } = this.#centroids.search(query, this.#probes);
    return filteredSearch(this.size, k, accept, (wanted) => {
      if (wanted === 0) return { rows: new Uint32Array(0), distances: new Float32Array(0) };
      const most = Math.min(wanted, memory.maxK);
      memory.prepare(query, 1, []);
      for (const cluster of chosen) memory.scanRange(starts[cluster]!, starts[cluster + 1]!, most);
      return memory.finish(0, most, undefined)!;
    });
  }
}

/** Clusters one after another, their rows by id, the end of each filled up. */
function slotsByCluster(
  space: ItemSpace,
  { rowOfRank }: IdOrder,
  clusterOfRow: Uint32Array,
  count: number,
): { readonly rowOfSlot: Uint32Array; readonly starts: Uint32Array } {
  const sizes = new Uint32Array(count);
  for (const cluster of clusterOfRow) sizes[cluster]!++;
  const starts = new Uint32Array(count + 1);
  for (let cluster = 0; cluster < count; cluster++)
    starts[cluster + 1] = starts[cluster]! + Math.ceil(sizes[cluster]! / BLOCK) * BLOCK;
  const next = starts.slice();
  const rowOfSlot = new Uint32Array(starts[count]!).fill(NO_ROW);
  for (let rank = 0; rank < space.ids.length; rank++) {
    const row = rowOfRank[rank]!;
    rowOfSlot[next[clusterOfRow[row]!]!++] = row;
  }
  return { rowOfSlot, starts };
}
