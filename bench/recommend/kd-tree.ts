import { ExactIndex, type ItemSpace, KdTree, KernelKdTree } from "@segue/core/recommend";
import { draw, drawSpace, featurePoints, noisePoints } from "./catalogs";
import { loadPeers } from "./peers";
import type { BenchContext, BenchRow, BenchSection } from "./row";

const K = 50;

/** The 50 nearest in 8 dimensions: the kd-tree beside a scan of everything and approximate graphs. */
export const kdTree: BenchSection = {
  name: "kd-tree",
  async *rows(context: BenchContext): AsyncIterable<BenchRow> {
    const count = context.quick ? 20_000 : 1_000_000;
    yield* measure(context, count, "features", featurePoints(1), true);
    yield* measure(context, count, "noise", noisePoints(1), false);
    if (!context.quick) yield* measure(context, 10_000_000, "features", featurePoints(1), false);
  },
};

async function* measure(
  { wasm, quick, progress, cpuSeconds }: BenchContext,
  count: number,
  kind: string,
  point: (into: Float32Array, at: number) => void,
  withPeers: boolean,
): AsyncIterable<BenchRow> {
  const what = `kd-tree, ${count / 1000} k × 8 ${kind}, k = ${K}`;
  progress(what);
  const space = drawSpace(count, 8, point);
  let plain: KdTree | undefined;
  const build = await cpuSeconds(() => {
    plain = KdTree.build(space);
  }, 1);
  const fast = await KernelKdTree.load(wasm, plain!);
  plain = undefined;
  const queries = draw(quick ? 200 : 2000, 8, point);
  const perSecond = async (run: (query: Float32Array) => void, most: number, repeats = 3) => {
    const times = Math.min(most, queries.length / 8);
    const seconds = await cpuSeconds(() => {
      for (let i = 0; i < times; i++) run(queries.subarray(i * 8, i * 8 + 8));
    }, repeats);
    return times / seconds;
  };
  const one = await perSecond((query) => fast.search(query, K), 2000);
  const together = queries.length / 8 / (await cpuSeconds(() => void fast.searchMany(queries, K)));
  const typescript = await perSecond((query) => fast.tree.search(query, K), 300, 1);
  yield {
    what: `${what}, kernel`,
    value: one,
    unit: "queries/s",
    aim: 8000,
    more: true,
    peer: { name: "TypeScript", value: typescript },
    note: `exact; ${together.toFixed(0)} in one call; built in ${build.toFixed(1)} CPU s`,
  };
  if (!withPeers) return;
  progress("a scan of everything");
  const scan = await scanOf(space, wasm);
  yield {
    what: `${what}, kernel`,
    value: one,
    unit: "queries/s",
    more: true,
    peer: { name: "SIMD scan of all", value: await perSecond(scan, 50) },
    note: "both exact",
  };
  for (const peer of await loadPeers()) {
    if (!peer.build) {
      progress(peer.missing ?? peer.name);
      continue;
    }
    progress(`${peer.name} builds its graph`);
    const seconds = process.cpuUsage();
    const index = peer.build(space, "l2");
    const { user, system } = process.cpuUsage(seconds);
    const width = index.widths[0]!;
    let found = 0;
    const sample = Math.min(100, queries.length / 8);
    for (let i = 0; i < sample; i++) {
      const query = queries.subarray(i * 8, i * 8 + 8);
      const exact = new Set(fast.search(query, K).rows);
      for (const row of Array.from(index.search(query, K, width))) if (exact.has(Number(row))) found++;
    }
    yield {
      what: `${what}, kernel`,
      value: one,
      unit: "queries/s",
      more: true,
      peer: { name: peer.name, value: await perSecond((query) => void index.search(query, K, width), 1000) },
      note: `the peer's recall ${(found / sample / K).toFixed(4)}, built in ${((user + system) / 1e6).toFixed(0)} CPU s`,
    };
  }
}

/** |x − q|² = |q|² − 2 (q · x − |x|² / 2): the nearest have the highest inner product of (q, −1/2) and (x, |x|²). */
async function scanOf(space: ItemSpace, wasm: BenchContext["wasm"]): Promise<(query: Float32Array) => void> {
  const count = space.ids.length;
  const vectors = new Float32Array(count * 9);
  for (let row = 0; row < count; row++) {
    const point = space.vectors.subarray(row * 8, row * 8 + 8);
    vectors.set(point, row * 9);
    vectors[row * 9 + 8] = point.reduce((sum, value) => sum + value * value, 0);
  }
  const index = await ExactIndex.load(wasm, { ids: space.ids, dimensions: 9, vectors });
  const longer = new Float32Array(9).fill(-0.5);
  return (query) => {
    longer.set(query);
    index.search(longer, K);
  };
}
