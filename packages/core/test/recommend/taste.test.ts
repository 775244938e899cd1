import { expect, test } from "vitest";
import { buildInteractions, rowOf } from "../../src/recommend/cf/interactions";
import { popularity } from "../../src/recommend/cf/popularity";
import { trainIals } from "../../src/recommend/cf/train-ials";
import { callingThread } from "../../src/recommend/kernels/kernel-pool";
import { coverage, exposure, gini } from "../../src/recommend/metrics/catalog";
import { topItems } from "../../src/recommend/top-items";
import { inventTaste } from "../../src/testing/taste";
import { hostWasm } from "./wasm-host";

const LIST = 10;

/** The first ten for every user, as row numbers, without what the user played. */
async function listsFor(seed: number) {
  const taste = inventTaste({ seed });
  const data = buildInteractions(taste.interactions);
  const options = { dimensions: 16, unseenWeight: 0.1, regularization: 0.02, epochs: 10, seed };
  const { users, items } = await trainIals(data, options, { pool: callingThread(hostWasm) });
  const lists = data.users.map((_, user) => {
    const scores = new Float64Array(data.items.length);
    for (let item = 0; item < scores.length; item++)
      for (let i = 0; i < 16; i++)
        scores[item]! += users.vectors[user * 16 + i]! * items.vectors[item * 16 + i]!;
    const played = new Set(rowOf(data.byUser, user).columns);
    return topItems(scores, data.items, LIST, (row) => played.has(row)).map(({ row }) => row);
  });
  return { taste, data, lists };
}

test.each([1, 2, 3])(
  "invented listeners get music of their kind, at least 95 of 100 (seed %i)",
  async (seed) => {
    const { taste, data, lists } = await listsFor(seed);
    let right = 0;
    for (const [user, id] of data.users.entries()) {
      const votes = new Array(8).fill(0);
      for (const row of lists[user]!) votes[taste.itemCluster[Number(data.items[row]!.slice(1))]!]++;
      if (votes.indexOf(Math.max(...votes)) === taste.userCluster[Number(id.slice(1))]) right++;
    }
    expect(right / data.users.length).toBeGreaterThanOrEqual(0.95);
  },
);

test("the bias to popular items is measured: far less than that of a chart, more than none", async () => {
  const { data, lists } = await listsFor(1);
  const counts = popularity(data);
  const chart = data.users.map((_, user) => {
    const played = new Set(rowOf(data.byUser, user).columns);
    return topItems(counts, data.items, LIST, (row) => played.has(row)).map(({ row }) => row);
  });
  const of = (all: readonly number[][]) => exposure(all, data.items.length);
  const meanPlays = (all: readonly number[][]) =>
    all.flat().reduce((sum, row) => sum + counts[row]!, 0) / all.flat().length;
  expect(gini(of(lists))).toBeLessThan(gini(of(chart)));
  expect(coverage(of(lists))).toBeGreaterThan(2 * coverage(of(chart)));
  expect(meanPlays(lists)).toBeLessThan(meanPlays(chart));
  const average = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  expect(meanPlays(lists)).toBeGreaterThan(average / 2);
});

test("the same seed invents the same audience, with the skew that is asked for", () => {
  expect(inventTaste({ seed: 5 })).toEqual(inventTaste({ seed: 5 }));
  expect(inventTaste({ seed: 5 })).not.toEqual(inventTaste({ seed: 6 }));
  const skew = (popularitySkew: number) =>
    gini(popularity(buildInteractions(inventTaste({ popularitySkew }).interactions)));
  expect(skew(1.2)).toBeGreaterThan(skew(0.6));
  expect(skew(0.6)).toBeGreaterThan(skew(0));
  const { interactions, userCluster, itemCluster } = inventTaste({ stray: 0 });
  for (const { user, item } of interactions)
    expect(itemCluster[Number(item.slice(1))]).toBe(userCluster[Number(user.slice(1))]);
});
