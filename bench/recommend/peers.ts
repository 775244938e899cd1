import type { ItemSpace } from "@segue/core/recommend";

/** An approximate index of somebody else over one space, searched one query at a time by one thread. */
export interface PeerIndex {
  readonly name: string;
  /** Widths of search that are worth a row. */
  readonly widths: readonly number[];
  /** Rows of the `k` nearest. */
  search(query: Float32Array, k: number, width: number): ArrayLike<number | bigint>;
}

/** A peer that is installed, or the reason why it is not measured. */
export interface Peer {
  readonly name: string;
  readonly missing?: string;
  build?(space: ItemSpace, metric: "l2" | "ip"): PeerIndex;
}

const LINKS = 16;
const BUILD_WIDTH = 100;

/** The peers that load here. Neither is needed to use or to develop Segue. */
export async function loadPeers(): Promise<readonly Peer[]> {
  return Promise.all([usearch(), hnswlib()]);
}

async function usearch(): Promise<Peer> {
  const name = "usearch";
  const module = await load(name);
  if (!module) return { name, missing: "usearch is not installed" };
  const { Index } = module;
  return {
    name,
    build({ ids, dimensions, vectors }, metric) {
      const keys = BigUint64Array.from(ids, (_, row) => BigInt(row));
      const build = (width: number) => {
        const index = new Index({
          metric: metric === "l2" ? "l2sq" : "ip",
          dimensions,
          quantization: "f32",
          connectivity: LINKS,
          expansion_add: BUILD_WIDTH,
          expansion_search: width,
        });
        // With one thread it reserves too little and every search throws.
        index.add(keys, vectors, 0);
        return index;
      };
      // The width is fixed when an index is made.
      const made = new Map([[64, build(64)]]);
      return {
        name,
        widths: [64],
        search: (query, k, width) => made.get(width).search(query, k, 1).keys,
      };
    },
  };
}

async function hnswlib(): Promise<Peer> {
  const name = "hnswlib-node";
  const module = await load(name);
  if (!module)
    return {
      name,
      missing: "hnswlib-node is not installed; it compiles C++: npm i --no-save hnswlib-node@3.0.0",
    };
  return {
    name,
    build({ ids, dimensions, vectors }, metric) {
      const index = new module.HierarchicalNSW(metric, dimensions);
      index.initIndex(ids.length, LINKS, BUILD_WIDTH, 1);
      for (let row = 0; row < ids.length; row++)
        index.addPoint(Array.from(vectors.subarray(row * dimensions, (row + 1) * dimensions)), row);
      return {
        name,
        widths: [50, 100, 200, 600],
        search(query, k, width) {
          index.setEf(Math.max(k, width));
          return index.searchKnn(Array.from(query), k).neighbors;
        },
      };
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: native modules without types that may be absent
async function load(name: string): Promise<any> {
  try {
    const module = await import(name);
    return module.default ?? module;
  } catch {
    return undefined;
  }
}
