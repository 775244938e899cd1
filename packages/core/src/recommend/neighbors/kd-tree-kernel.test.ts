import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededSpace, tiedSpaces } from "../../../test/recommend/spaces";
import { hostWasm } from "../../../test/recommend/wasm-host";
import { randomStream } from "../random";
import { KdTree } from "./kd-tree";
import { KernelKdTree } from "./kd-tree-kernel";

const plain = (neighbors: { rows: Uint32Array; distances: Float32Array }) => ({
  rows: [...neighbors.rows],
  distances: [...neighbors.distances],
});

describe("the kd-tree's kernel", () => {
  test("gives the bits of the plain search, ties, filter and eps included", async () => {
    await fc.assert(
      fc.asyncProperty(
        tiedSpaces(8),
        fc.constantFrom(4, 8, 32),
        fc.nat(70),
        fc.nat(5),
        fc.constantFrom(0, 0, 0.5),
        async ({ space, query }, leafSize, k, modulus, eps) => {
          const accept = modulus > 1 ? (row: number) => row % modulus === 0 : undefined;
          const tree = KdTree.build(space, { leafSize });
          const fast = await KernelKdTree.load(hostWasm, tree);
          expect(plain(fast.search(query, k, accept, { eps }))).toEqual(
            plain(tree.search(query, k, accept, { eps })),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  test("gives the bits of the plain search over thousands, one by one and together", async () => {
    const random = randomStream(9);
    for (const [count, leafSize] of [
      [5000, 4],
      [20_000, 32],
      [20_001, 48],
    ] as const) {
      const tree = KdTree.build(seededSpace(count, 8, 4), { leafSize });
      const fast = await KernelKdTree.load(hostWasm, tree);
      const queries = Float32Array.from({ length: 8 * 40 }, () => random.gaussian() * 2);
      const together = fast.searchMany(queries, 50);
      for (let i = 0; i < 40; i++) {
        const query = queries.subarray(i * 8, i * 8 + 8);
        const expected = plain(tree.search(query, 50));
        expect(plain(fast.search(query, 50))).toEqual(expected);
        expect(plain(together[i]!)).toEqual(expected);
      }
    }
  });

  test("gives everything when everything is asked for", async () => {
    const tree = KdTree.build(seededSpace(70_000, 8, 4));
    const fast = await KernelKdTree.load(hostWasm, tree);
    const query = new Float32Array(8);
    for (const k of [65_536, 65_537, 1e9])
      expect(fast.search(query, k).rows.length).toBe(Math.min(k, 70_000));
    expect(fast.searchMany(new Float32Array(16), 70_000).map(({ rows }) => rows.length)).toEqual([
      70_000, 70_000,
    ]);
    const some = fast.search(query, 10, (row) => row % 10_000 === 1);
    expect(some.rows.length).toBe(7);
  });

  test("is refused for other dimensions and bad queries", async () => {
    await expect(KernelKdTree.load(hostWasm, KdTree.build(seededSpace(3, 7, 1)))).rejects.toThrow(
      /not allowed/,
    );
    const fast = await KernelKdTree.load(hostWasm, KdTree.build(seededSpace(3, 8, 1)));
    expect(() => fast.search(new Float32Array(8).fill(Number.NaN), 1)).toThrow(/not allowed/);
    expect(() => fast.searchMany(new Float32Array(9), 1)).toThrow(/not allowed/);
  });
});
