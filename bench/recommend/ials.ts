import {
  buildInteractions,
  callingThread,
  foldIn,
  type Interactions,
  interactionsOf,
  refreshUsers,
  rowOf,
  trainIals,
} from "@segue/core/recommend";
import { inventTaste } from "@segue/core/testing";
import type { BenchContext, BenchRow, BenchSection } from "./row";
import { skewedInteractions } from "./skewed-interactions";

const DIMENSIONS = 64;

/** CPU seconds of one epoch: of several epochs less that of laying out and reading back, which no epoch repeats. */
async function epochSeconds(
  context: BenchContext,
  data: Interactions,
  options: { solver: "exact" | "cg"; dimensions: number; epochs: number; plain?: boolean },
): Promise<number> {
  const pool = options.plain ? {} : { pool: callingThread(context.wasm) };
  const stamps: number[] = [];
  const stamp = () => {
    const { user, system } = process.cpuUsage();
    stamps.push((user + system) / 1e6);
  };
  const started = { ...options, regularization: 0.02, unseenWeight: 0.01 };
  // From the end of the first epoch on: the compiler has tiered up by then.
  await trainIals(data, { ...started, epochs: options.epochs + 1 }, { ...pool, onEpoch: () => void stamp() });
  const spans = stamps.slice(1).map((at, index) => at - stamps[index]!);
  return Math.min(...spans);
}

/** Factor rows read by an epoch's two half-steps, in bytes: each entry fetches one row per side. */
const bytesRead = (entries: number) => 2 * entries * DIMENSIONS * 4;

/** What a weekly batch pays per listener of 200 plays: everything from rows to vectors, beside one at a time in TypeScript. */
async function* foldingIn({ quick, progress, cpuSeconds, wasm }: BenchContext): AsyncIterable<BenchRow> {
  const [count, items] = quick ? [500, 1_000] : [20_000, 20_000];
  progress(`folding in ${count} listeners`);
  const { users, items: ids, byUser } = skewedInteractions(count, items, count * 200);
  const data = interactionsOf(users, ids, byUser);
  const pool = callingThread(wasm);
  const model = await trainIals(data, { dimensions: DIMENSIONS, epochs: 1, solver: "cg" }, { pool });
  const seconds = await cpuSeconds(async () => void (await refreshUsers(model, data, { pool })));
  const fold = foldIn(model);
  const some = 100;
  const plain = await cpuSeconds(() => {
    for (let user = 0; user < some; user++) {
      const { columns, weights } = rowOf(data.byUser, user);
      fold([...columns].map((column, n) => ({ item: ids[column]!, weight: weights[n]! })));
    }
  });
  yield {
    what: `fold-in, k = ${DIMENSIONS}, listeners of 200 plays`,
    value: (seconds / count) * 1e6,
    unit: "µs/listener",
    peer: { name: "TypeScript, one by one", value: (plain / some) * 1e6 },
    more: false,
  };
}

/** Training of collaborative filtering: microseconds per entry and epoch, both half-steps and all solves included. */
export const ials: BenchSection = {
  name: "ials",
  async *rows(context: BenchContext): AsyncIterable<BenchRow> {
    const { quick, progress, cpuSeconds } = context;
    const [users, items, entries] = quick ? [2_000, 1_000, 100_000] : [100_000, 20_000, 5_000_000];
    progress(`inventing ${entries} plays of ${users} users and ${items} items`);
    const { users: userIds, items: itemIds, byUser } = skewedInteractions(users, items, entries);
    const data = interactionsOf(userIds, itemIds, byUser);
    const count = data.byUser.columns.length;
    const shape = `${(count / 1e6).toFixed(1)} M plays`;

    progress("a copy, for the bandwidth of memory");
    const source = new Float32Array(quick ? 1e6 : 64e6).fill(1);
    const target = new Float32Array(source.length);
    const copy = (2 * source.byteLength) / (await cpuSeconds(() => target.set(source)));

    progress("plain TypeScript, on fewer plays");
    const small = buildInteractions(
      inventTaste({ users: 600, items: 500, playsPerUser: quick ? 20 : 50 }).interactions,
    );
    const few = small.byUser.columns.length;
    for (const solver of ["exact", "cg"] as const) {
      progress(`kernel, ${solver}`);
      const seconds = await epochSeconds(context, data, { solver, dimensions: DIMENSIONS, epochs: 2 });
      const plain = await epochSeconds(context, small, {
        solver,
        dimensions: DIMENSIONS,
        epochs: 1,
        plain: true,
      });
      yield {
        what: `iALS ${solver === "cg" ? "CG-3" : "Cholesky"}, k = ${DIMENSIONS}, ${shape}`,
        value: (seconds / count) * 1e6,
        unit: "µs/play/epoch",
        peer: { name: "TypeScript, fewer plays", value: (plain / few) * 1e6 },
        aim: 1,
        more: false,
        note: `factor rows at ${(bytesRead(count) / seconds / 1e9).toFixed(2)} GB/s, ${((100 * bytesRead(count)) / seconds / copy).toFixed(0)} % of what a copy moves (${(copy / 1e9).toFixed(1)} GB/s)`,
      };
    }
    yield* foldingIn(context);
    progress("kernel, exact, k = 128");
    const wide = await epochSeconds(context, data, { solver: "exact", dimensions: 128, epochs: 1 });
    yield {
      what: `iALS Cholesky, k = 128, ${shape}`,
      value: (wide / count) * 1e6,
      unit: "µs/play/epoch",
      more: false,
    };
  },
};
