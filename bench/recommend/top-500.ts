import { ExactIndex, randomStream } from "@segue/core/recommend";
import { draw, drawSpace, tastePoints } from "./catalogs";
import { loadPeers } from "./peers";
import type { BenchContext, BenchRow, BenchSection } from "./row";

const DIMENSIONS = 64;
const K = 500;
const HISTORY = 2000;

/** The 500 best tracks for a block of listeners, each without the 2,000 tracks they know. */
export const top500: BenchSection = {
  name: "top-500",
  async *rows({ wasm, quick, progress, cpuSeconds }: BenchContext): AsyncIterable<BenchRow> {
    for (const count of quick ? [10_000] : [100_000, 1_000_000]) {
      const what = `500 best of ${count / 1000} k × ${DIMENSIONS}`;
      progress(what);
      const point = tastePoints(DIMENSIONS, 1, 1);
      const space = drawSpace(count, DIMENSIONS, point);
      const users = quick ? 32 : 256;
      const queries = draw(users, DIMENSIONS, point);
      const random = randomStream(2);
      const known = Array.from({ length: users }, () =>
        Uint32Array.from({ length: HISTORY }, () => random.below(count)),
      );
      const index = await ExactIndex.load(wasm, space, { batch: 64 });
      const micros = async (run: () => void, listeners: number) =>
        ((await cpuSeconds(run)) / listeners) * 1e6;
      const block = await micros(() => void index.searchMany(queries, K, known), users);
      const alone = Math.min(users, 32);
      const single = await micros(() => {
        for (let i = 0; i < alone; i++)
          index.search(queries.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS), K);
      }, alone);
      yield {
        what: `${what}, a block of 64`,
        value: block,
        unit: "µs/listener",
        more: false,
        peer: { name: "one by one", value: single },
        note: "exact, without 2,000 known tracks each (one by one: with them)",
      };
      if (count > 100_000) continue;
      for (const peer of await loadPeers()) {
        if (!peer.build) {
          progress(peer.missing ?? peer.name);
          continue;
        }
        progress(`${peer.name} builds its graph`);
        const graph = peer.build(space, "ip");
        const width = graph.widths.at(-1)!;
        let found = 0;
        const value = await micros(() => {
          found = 0;
          for (let i = 0; i < alone; i++) {
            const query = queries.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS);
            found += Array.from(graph.search(query, K, width)).length;
          }
        }, alone);
        const exact = index.searchMany(queries.subarray(0, alone * DIMENSIONS), K);
        let hits = 0;
        for (let i = 0; i < alone; i++) {
          const rows = new Set(exact[i]!.rows);
          const query = queries.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS);
          for (const row of Array.from(graph.search(query, K, width))) if (rows.has(Number(row))) hits++;
        }
        yield {
          what: `${what}, a block of 64`,
          value: block,
          unit: "µs/listener",
          more: false,
          peer: { name: peer.name, value },
          note: `the peer's recall ${(hits / Math.max(1, found)).toFixed(4)}, with the known tracks`,
        };
      }
    }
  },
};
