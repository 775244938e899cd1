import type { ItemSpace } from "../item-space";
import type { WasmPort } from "../kernels/wasm-port";
import { type RandomStream, randomStream, shuffle } from "../random";
import { refuse, wholeNumber } from "../refuse";
import { ExactIndex } from "./exact-index";
import { ensureCoordinates } from "./neighbor-index";
import { unitVector } from "./unit-space";

/** Rows put together by direction. */
export interface Clusters {
  readonly dimensions: number;
  /** Unit vectors, row-major. */
  readonly centroids: Float32Array;
  readonly clusterOfRow: Uint32Array;
}

/** How rows are put together. */
export interface ClusterOptions {
  /** Clusters. Default 2 · √rows, at most 8,192. */
  readonly clusters?: number;
  /** Rounds of k-means. Default 8. */
  readonly rounds?: number;
  /** The same seed gives the same clusters. */
  readonly seed: number;
}

/** Rows per cluster from which centroids are learned. */
const SAMPLE_PER_CLUSTER = 48;
/** Rows assigned at once. */
const STEP = 4096;

/**
 * Spherical k-means (Dhillon and Modha 2001) over a sample, then every row to the centroid of the largest cosine, the
 * first one of equals. Each step of the result assigns some thousand rows; a cluster that becomes empty starts anew
 * from a row.
 * @throws SegueError `invalid_argument` for an empty space or options that are not allowed; `kernel_unavailable`.
 */
export async function* clusterRows(
  port: WasmPort,
  space: ItemSpace,
  options: ClusterOptions,
): AsyncGenerator<{ readonly share: number }, Clusters> {
  ensureCoordinates(space);
  const { dimensions, ids } = space;
  if (ids.length === 0) refuse("There is no row to cluster.");
  const ideal = Math.min(8192, ids.length, Math.round(2 * Math.sqrt(ids.length)));
  const count = wholeNumber("clusters", options.clusters ?? ideal, 1, Math.min(65_536, ids.length));
  const rounds = wholeNumber("rounds", options.rounds ?? 8, 1, 1000);
  const random = randomStream(options.seed);
  const sample = sampleRows(ids.length, count * SAMPLE_PER_CLUSTER, random);
  let centroids = rowsOf(space, sample.subarray(0, count));
  const steps = rounds * sample.length + ids.length;
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    const assigned = new Uint32Array(sample.length);
    for await (const at of assign(port, space, sample, centroids, assigned))
      yield { share: (done + at) / steps };
    done += sample.length;
    centroids = means(space, sample, assigned, count, random);
  }
  const clusterOfRow = new Uint32Array(ids.length);
  const all = Uint32Array.from({ length: ids.length }, (_, row) => row);
  for await (const at of assign(port, space, all, centroids, clusterOfRow))
    yield { share: (done + at) / steps };
  return { dimensions, centroids, clusterOfRow };
}

function sampleRows(rows: number, most: number, random: RandomStream): Uint32Array {
  const all = Uint32Array.from({ length: rows }, (_, row) => row);
  return shuffle(all, random).subarray(0, most);
}

/** Copies of rows with length 1. */
function rowsOf({ dimensions, vectors }: ItemSpace, rows: Uint32Array): Float32Array {
  const copies = new Float32Array(rows.length * dimensions);
  for (const [at, row] of rows.entries())
    copies.set(unitVector(vectors.subarray(row * dimensions, (row + 1) * dimensions)), at * dimensions);
  return copies;
}

/** Writes the nearest centroid of each of `rows` into `into`; yields how many are done. */
async function* assign(
  port: WasmPort,
  space: ItemSpace,
  rows: Uint32Array,
  centroids: Float32Array,
  into: Uint32Array,
): AsyncGenerator<number> {
  const { dimensions } = space;
  const count = centroids.length / dimensions;
  const ids = Array.from({ length: count }, (_, at) => String(at).padStart(6, "0"));
  const index = await ExactIndex.load(port, { ids, dimensions, vectors: centroids }, { maxK: 1, batch: 64 });
  for (let from = 0; from < rows.length; from += STEP) {
    const part = rows.subarray(from, from + STEP);
    for (const [at, { rows: nearest }] of index.searchMany(rowsOf(space, part), 1).entries())
      into[from + at] = nearest[0]!;
    yield from + part.length;
  }
}

function means(
  space: ItemSpace,
  rows: Uint32Array,
  assigned: Uint32Array,
  count: number,
  random: RandomStream,
): Float32Array {
  const { dimensions } = space;
  const sums = new Float64Array(count * dimensions);
  const members = new Uint32Array(count);
  const units = rowsOf(space, rows);
  for (let at = 0; at < rows.length; at++) {
    const cluster = assigned[at]!;
    members[cluster]!++;
    for (let c = 0; c < dimensions; c++) sums[cluster * dimensions + c]! += units[at * dimensions + c]!;
  }
  const centroids = new Float32Array(count * dimensions);
  for (let cluster = 0; cluster < count; cluster++) {
    const from = cluster * dimensions;
    const fresh = random.below(rows.length) * dimensions;
    const vector =
      members[cluster] === 0
        ? units.subarray(fresh, fresh + dimensions)
        : unitVector(Float32Array.from(sums.subarray(from, from + dimensions)));
    centroids.set(vector, from);
  }
  return centroids;
}
