import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededSpace, tiedSpaces } from "../../../test/recommend/spaces";
import { hostWasm } from "../../../test/recommend/wasm-host";
import { type ItemSpace, itemSpace } from "../item-space";
import { randomStream } from "../random";
import { bruteForceIndex } from "./brute-force";
import { ExactIndex } from "./exact-index";
import type { Neighbors } from "./neighbor-index";

const plain = ({ rows, distances }: Neighbors) => ({ rows: [...rows], distances: [...distances] });

/** Compares with brute force, one by one and together, some rows hidden. */
async function compare(space: ItemSpace, queries: Float32Array, k: number, options = {}) {
  const brute = bruteForceIndex(space, "inner-product");
  const index = await ExactIndex.load(hostWasm, space, options);
  const count = queries.length / space.dimensions;
  const hidden = Array.from({ length: count }, (_, i) =>
    i % 3 === 0 ? undefined : Uint32Array.from(space.ids.keys()).filter((row) => row % 3 === i % 3),
  );
  const together = index.searchMany(queries, k, hidden);
  const again = index.searchMany(queries, k);
  for (let i = 0; i < count; i++) {
    const query = queries.subarray(i * space.dimensions, (i + 1) * space.dimensions);
    const accept = i % 3 === 0 ? undefined : (row: number) => row % 3 !== i % 3;
    expect(plain(together[i]!)).toEqual(plain(brute.search(query, k, accept)));
    expect(plain(again[i]!)).toEqual(plain(brute.search(query, k)));
    expect(plain(index.search(query, k, accept))).toEqual(plain(brute.search(query, k, accept)));
  }
}

describe("the exact index", () => {
  test("finds what brute force finds, ties and all", async () => {
    await fc.assert(
      fc.asyncProperty(
        tiedSpaces(),
        fc.nat(70),
        fc.constantFrom(1, 8, 1024),
        async ({ space, query }, k, maxK) => {
          const queries = new Float32Array(space.dimensions * 5).map(
            (_, at) => query[(at * 7) % query.length]! * (at % 4),
          );
          queries.set(query);
          await compare(space, queries, k, { maxK, batch: 4 });
        },
      ),
      { numRuns: 150 },
    );
  });

  test.each([
    [3000, 64],
    [2999, 63],
    [5000, 17],
    [40_000, 64],
  ])("finds what brute force finds among %i rows of %i dimensions", async (count, dimensions) => {
    const random = randomStream(3);
    const queries = Float32Array.from({ length: dimensions * 9 }, () => random.gaussian());
    await compare(seededSpace(count, dimensions, 5), queries, 100, { batch: 8, maxK: 128 });
  });

  test("finds all where a sample misleads about what will count", async () => {
    // Rows of one length stay in the order of ids, and four of each 76 are in the sample. A few of those point along
    // the first query, and nothing else does.
    const count = 40_000;
    const ids = Array.from({ length: count }, (_, i) => String(i).padStart(5, "0"));
    for (const few of [24, 300]) {
      const vectors = new Float32Array(count * 2);
      for (let row = 0; row < count; row++) vectors[row * 2 + (row % 76 < 4 && row < few * 19 ? 0 : 1)] = 1;
      const queries = Float32Array.of(1, 0, 0, 1, 1, 1, -1, 0.5, 0.5, -1);
      await compare(itemSpace(ids, 2, vectors), queries, 100, { batch: 4 });
    }
  });

  test("skips rows that are too short to count and still finds all", async () => {
    const random = randomStream(3);
    const space = seededSpace(20_000, 16, 5);
    const scaled = itemSpace(
      space.ids,
      16,
      space.vectors.map((value, at) => value / (1 + (Math.floor(at / 16) % 997))),
    );
    await compare(
      scaled,
      Float32Array.from({ length: 16 * 5 }, () => random.gaussian()),
      50,
    );
  });

  test.each([
    ["equal", () => 0.25],
    ["zero", () => 0],
    ["nearly equal", (at: number) => 1 + (at % 7) * 2 ** -23],
    ["too small to tell apart", (at: number) => (at % 7) * 1e-44],
    ["as large as allowed", (at: number) => (at % 2 ? 1e17 : -1e17)],
  ])("decides among thousands of %s rows by exact score and id", async (_, value) => {
    const ids = Array.from({ length: 9000 }, (_v, i) => `${(i * 7919) % 9000}`);
    const space = itemSpace(
      ids,
      4,
      Float32Array.from({ length: 36_000 }, (_v, at) => value(at)),
    );
    await compare(space, Float32Array.of(1, 2, -3, 4, 1e-20, 0, 1e-30, 0, 0, 0, 0, 0, 1e17, 1, 1, 1), 10, {
      maxK: 16,
    });
  });

  test.each([0, 1, 2])("works for %i items", async (count) => {
    const index = await ExactIndex.load(hostWasm, seededSpace(count, 64, 1));
    expect(index.search(new Float32Array(64), 30).rows.length).toBe(count);
    expect(index.searchMany(new Float32Array(128), 30).map(({ rows }) => rows.length)).toEqual([
      count,
      count,
    ]);
  });

  test("refuses what it cannot search", async () => {
    const space = seededSpace(5, 4, 1);
    const index = await ExactIndex.load(hostWasm, space);
    expect(() => index.search(Float32Array.of(Number.NaN, 0, 0, 0), 1)).toThrow(/not allowed/);
    expect(() => index.searchMany(new Float32Array(5), 1)).toThrow(/not allowed/);
    expect(() => index.searchMany(new Float32Array(4), 1, [Uint32Array.of(5)])).toThrow(/not a row/);
    for (const options of [{ maxK: 0 }, { maxK: 1e6 }, { batch: 6 }, { batch: 0 }, { batch: 260 }])
      await expect(ExactIndex.load(hostWasm, space, options)).rejects.toThrow(/not allowed/);
    const wrong = { ...space, vectors: space.vectors.map((value, at) => (at === 7 ? Number.NaN : value)) };
    await expect(ExactIndex.load(hostWasm, wrong)).rejects.toThrow(/not allowed/);
  });
});
