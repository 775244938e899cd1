import { ClusteredIndex, clusterRows, ExactIndex, type ItemSpace } from "@segue/core/recommend";
import { draw, drawSpace, tastePoints } from "./catalogs";
import { loadPeers } from "./peers";
import type { BenchContext, BenchRow, BenchSection } from "./row";

const DIMENSIONS = 64;
const K = 50;
const QUERIES = 200;

/** How fast and how well one setting of one index finds. */
interface Point {
  readonly name: string;
  readonly perSecond: number;
  readonly recall: number;
}

/** The 50 nearest in 64 dimensions, one query at a time: recall and speed of the exact, the clustered and other indexes. */
export const neighbors: BenchSection = {
  name: "neighbors",
  async *rows(context: BenchContext): AsyncIterable<BenchRow> {
    const count = context.quick ? 5000 : 100_000;
    yield* curves(context, count, 1, true);
    yield* curves(context, count, 4, true);
    if (!context.quick) yield* curves(context, 1_000_000, 1, false);
  },
};

async function* curves(
  { wasm, progress, cpuSeconds }: BenchContext,
  count: number,
  noise: number,
  withPeers: boolean,
): AsyncIterable<BenchRow> {
  const kind = `${count / 1000} k × ${DIMENSIONS}, noise ${noise}`;
  progress(`neighbors of ${kind}`);
  const point = tastePoints(DIMENSIONS, noise, 1);
  const space = drawSpace(count, DIMENSIONS, point);
  const queries = draw(QUERIES, DIMENSIONS, point);
  const queryOf = (i: number) => queries.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS);
  const exact = await ExactIndex.load(wasm, space);
  const truth = exact.searchMany(queries, K).map(({ rows }) => new Set(rows));
  const measure = async (name: string, search: (query: Float32Array) => ArrayLike<number | bigint>) => {
    let found = 0;
    const seconds = await cpuSeconds(() => {
      found = 0;
      for (let i = 0; i < QUERIES; i++) {
        const rows = search(queryOf(i));
        for (let at = 0; at < rows.length; at++) if (truth[i]!.has(Number(rows[at]))) found++;
      }
    }, 2);
    return { name, perSecond: QUERIES / seconds, recall: found / QUERIES / K };
  };

  const others: Point[] = [];
  const notes: string[] = [];
  for (const peer of withPeers ? await loadPeers() : []) {
    if (!peer.build) {
      progress(peer.missing ?? peer.name);
      continue;
    }
    progress(`${peer.name} builds its graph`);
    const before = process.cpuUsage();
    const index = peer.build(space, "ip");
    const { user, system } = process.cpuUsage(before);
    notes.push(`${peer.name} builds in ${((user + system) / 1e6).toFixed(0)} CPU s`);
    for (const width of index.widths)
      others.push(await measure(`${peer.name} ${width}`, (query) => index.search(query, K, width)));
  }
  yield* pointRows(kind, others, []);
  const own = [await measure("exact", (query) => exact.search(query, K).rows)];
  const before = process.cpuUsage();
  const clusters = await finish(clusterRows(wasm, space, { seed: 1 }));
  const { user, system } = process.cpuUsage(before);
  notes.push(`clusters are built in ${((user + system) / 1e6).toFixed(0)} CPU s`);
  for (const probes of [4, 8, 16, 32, 64, 128]) own.push(await probe(wasm, space, clusters, probes, measure));
  yield* pointRows(kind, own, others);
  progress(notes.join("; "));
}

async function probe(
  wasm: BenchContext["wasm"],
  space: ItemSpace,
  clusters: Awaited<ReturnType<typeof finish<Parameters<typeof ClusteredIndex.load>[2]>>>,
  probes: number,
  measure: (name: string, search: (query: Float32Array) => ArrayLike<number>) => Promise<Point>,
): Promise<Point> {
  const index = await ClusteredIndex.load(wasm, space, clusters, { probes });
  return measure(`clustered ${probes}`, (query) => index.search(query, K).rows);
}

/** A row per point, each beside the fastest other one that finds as much. */
function* pointRows(kind: string, points: readonly Point[], others: readonly Point[]): Iterable<BenchRow> {
  for (const { name, perSecond, recall } of points) {
    const rival = others
      .filter((other) => other.recall >= recall - 0.002)
      .sort((a, b) => b.perSecond - a.perSecond)[0];
    yield {
      what: `${kind}: ${name}`,
      value: perSecond,
      unit: "queries/s",
      more: true,
      ...(rival && { peer: { name: `${rival.name} (${rival.recall.toFixed(3)})`, value: rival.perSecond } }),
      note: `recall ${recall.toFixed(4)}${others.length > 0 && !rival ? "; no other found as much" : ""}`,
    };
  }
}

async function finish<T>(steps: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return value;
  }
}
