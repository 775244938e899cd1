import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededSpace, tiedSpaces } from "../../../test/recommend/spaces";
import { itemSpace } from "../item-space";
import { randomStream, shuffle } from "../random";
import { bruteForceIndex } from "./brute-force";
import { KdTree } from "./kd-tree";
import { loadKdTree, saveKdTree } from "./kd-tree-bytes";
import { kdTreeShape, leafStart } from "./kd-tree-shape";

const plain = (neighbors: { rows: Uint32Array; distances: Float32Array }) => ({
  rows: [...neighbors.rows],
  distances: [...neighbors.distances],
});
const leafSizes = fc.constantFrom(4, 5, 8, 32);

describe("the kd-tree", () => {
  test("finds what brute force finds, ties and all", () => {
    fc.assert(
      fc.property(
        tiedSpaces(),
        leafSizes,
        fc.nat(40),
        fc.nat(3),
        ({ space, query }, leafSize, k, modulus) => {
          const accept = modulus > 1 ? (row: number) => row % modulus === 0 : undefined;
          const tree = KdTree.build(space, { leafSize });
          const exact = bruteForceIndex(space, "squared-l2").search(query, k, accept);
          expect(plain(tree.search(query, k, accept))).toEqual(plain(exact));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("finds what brute force finds among thousands, near and far", () => {
    const space = seededSpace(5000, 8, 7);
    const brute = bruteForceIndex(space, "squared-l2");
    const tree = KdTree.build(space);
    const random = randomStream(1);
    for (const scale of [0, 1, 100, 1e6, 1e17])
      for (let i = 0; i < 10; i++) {
        const query = Float32Array.from({ length: 8 }, () => (random.unit() * 2 - 1) * scale);
        expect(plain(tree.search(query, 50))).toEqual(plain(brute.search(query, 50)));
      }
  });

  test("gives the same bytes but for row numbers in whatever order the items come", () => {
    fc.assert(
      fc.property(tiedSpaces(), fc.integer(), ({ space, query }, seed) => {
        const rows = shuffle(
          space.ids.map((_, row) => row),
          randomStream(seed),
        );
        const shuffled = itemSpace(
          rows.map((row) => space.ids[row]!),
          space.dimensions,
          Float32Array.from(
            rows.flatMap((row) => [
              ...space.vectors.subarray(row * space.dimensions, (row + 1) * space.dimensions),
            ]),
          ),
        );
        const a = KdTree.build(space, { leafSize: 4 });
        const b = KdTree.build(shuffled, { leafSize: 4 });
        expect(b.parts.points).toEqual(a.parts.points);
        expect(b.parts.ranks).toEqual(a.parts.ranks);
        const ids = (tree: KdTree, from: readonly string[]) =>
          [...tree.search(query, 9).rows].map((row) => from[row]);
        expect(ids(b, shuffled.ids)).toEqual(ids(a, space.ids));
      }),
    );
  });

  test("with eps, is off by no more than it says", () => {
    const space = seededSpace(3000, 8, 3);
    const tree = KdTree.build(space);
    const random = randomStream(5);
    let skipped = 0;
    for (let i = 0; i < 40; i++) {
      const query = Float32Array.from({ length: 8 }, () => random.gaussian());
      const exact = tree.search(query, 20).distances;
      const near = tree.search(query, 20, undefined, { eps: 0.5 }).distances;
      for (let at = 0; at < 20; at++) {
        expect(Math.sqrt(near[at]!)).toBeLessThanOrEqual(1.5 * Math.sqrt(exact[at]!) * (1 + 1e-6));
        if (near[at] !== exact[at]) skipped++;
      }
    }
    expect(skipped).toBeGreaterThan(0);
  });

  test.each([0, 1, 2, 3, 5])("works for %i items", (count) => {
    const space = seededSpace(count, 8, 1);
    const { rows } = KdTree.build(space, { leafSize: 4 }).search(new Float32Array(8), 50);
    expect([...rows].sort()).toEqual([...Array(count).keys()]);
  });

  test("keeps many equal points apart by id", () => {
    const ids = Array.from({ length: 3000 }, (_, i) => `t${(i * 7919) % 3000}`.padStart(6, "0"));
    const space = itemSpace(ids, 2, new Float32Array(6000).fill(0.5));
    const { rows } = KdTree.build(space).search(Float32Array.of(0, 0), 100);
    expect([...rows].map((row) => ids[row])).toEqual([...ids].sort().slice(0, 100));
  });

  test.each([
    ["NaN", [Number.NaN, 0]],
    ["infinity", [0, Number.POSITIVE_INFINITY]],
    ["a number beyond the limit", [2e17, 0]],
  ])("refuses %s", (_, vector) => {
    const good = { ids: ["a"], dimensions: 2, vectors: Float32Array.of(0, 0) };
    expect(() => KdTree.build({ ...good, vectors: Float32Array.from(vector) })).toThrow(/not allowed/);
    expect(() => KdTree.build(good).search(Float32Array.from(vector), 1)).toThrow(/not allowed/);
  });

  test.each([
    ["an id twice", { ids: ["a", "a"], dimensions: 1, vectors: Float32Array.of(1, 2) }],
    ["too few numbers", { ids: ["a", "b"], dimensions: 1, vectors: Float32Array.of(1) }],
    ["17 dimensions", { ids: [], dimensions: 17, vectors: new Float32Array(0) }],
  ])("refuses %s", (_, space) => expect(() => KdTree.build(space)).toThrow(/not allowed/));

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses a k or an eps of %d", (value) => {
    const tree = KdTree.build(seededSpace(3, 2, 1));
    expect(() => tree.search(Float32Array.of(0, 0), value)).toThrow(/not allowed/);
    if (value !== 0.5)
      expect(() => tree.search(Float32Array.of(0, 0), 1, undefined, { eps: value })).toThrow(/not allowed/);
  });
});

describe("the shape of a tree", () => {
  test("is refused beyond its limits, before anything is allocated", () => {
    expect(() => kdTreeShape(2 ** 28 + 1, 8, 32)).toThrow(/268435456/);
    expect(() => kdTreeShape(2 ** 31, 8, 32)).toThrow(/not allowed/);
    expect(() => kdTreeShape(-1, 8, 32)).toThrow(/not allowed/);
    for (const leafSize of [3, 4097, Number.NaN])
      expect(() => kdTreeShape(9, 8, leafSize)).toThrow(/leafSize/);
  });

  test("gives every point a leaf, and no leaf more than it holds", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 28 }),
        fc.integer({ min: 4, max: 4096 }),
        (size, leafSize) => {
          const shape = kdTreeShape(size, 8, leafSize);
          expect(leafStart(shape, 0)).toBe(0);
          expect(leafStart(shape, shape.leaves)).toBe(size);
          for (const leaf of [0, shape.leaves >> 1, shape.leaves - 1]) {
            const count = leafStart(shape, leaf + 1) - leafStart(shape, leaf);
            expect(count).toBeLessThanOrEqual(shape.blocks * 4);
            expect(count).toBeLessThanOrEqual(leafSize);
          }
        },
      ),
    );
  });
});

describe("a saved kd-tree", () => {
  test("loads as what it was, in place", () => {
    fc.assert(
      fc.property(tiedSpaces(), leafSizes, ({ space, query }, leafSize) => {
        const tree = KdTree.build(space, { leafSize });
        const bytes = saveKdTree(tree);
        const loaded = loadKdTree(bytes);
        expect(loaded.parts).toEqual(tree.parts);
        expect(loaded.parts.points.buffer).toBe(bytes.buffer);
        expect(plain(loaded.search(query, 7))).toEqual(plain(tree.search(query, 7)));
        expect(saveKdTree(loaded)).toEqual(bytes);
      }),
    );
  });

  test("loads from an odd place in a larger buffer", () => {
    const bytes = saveKdTree(KdTree.build(seededSpace(100, 8, 2)));
    const moved = new Uint8Array(bytes.length + 3);
    moved.set(bytes, 3);
    expect(saveKdTree(loadKdTree(moved.subarray(3)))).toEqual(bytes);
  });

  test("is refused when any byte differs or some are missing", () => {
    const bytes = saveKdTree(KdTree.build(seededSpace(9, 3, 2), { leafSize: 4 }));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = bytes.slice();
        damaged[at]! ^= change;
        expect(() => loadKdTree(damaged)).toThrow(/not a saved model/);
        expect(() => loadKdTree(bytes.subarray(0, at))).toThrow(/not a saved model/);
      }),
    );
  });

  test("whose checksum was made to fit is exact or refused", () => {
    const space = seededSpace(40, 3, 2);
    const tree = KdTree.build(space, { leafSize: 4 });
    const query = Float32Array.of(0.1, 0.2, 0.3);
    const { shape, points, ranks, boxes, rowOfRank } = tree.parts;
    const changed = (
      change: (parts: { points: Float32Array; ranks: Uint32Array; boxes: Float32Array }) => void,
    ) => {
      const copy = { points: points.slice(), ranks: ranks.slice(), boxes: boxes.slice() };
      change(copy);
      return saveKdTree(new KdTree({ shape, rowOfRank, ...copy }));
    };
    expect(() => loadKdTree(changed(({ boxes: b }) => b.fill(0, 0, 4)))).toThrow(/bounding box/);
    expect(() => loadKdTree(changed(({ points: p }) => p.fill(Number.NaN, 0, 1)))).toThrow(/not finite/);
    expect(() => loadKdTree(changed(({ ranks: r }) => r.fill(7, 0, 2)))).toThrow(/slot/);
    expect(() => loadKdTree(changed(({ ranks: r }) => r.fill(99, 0, 1)))).toThrow(/slot/);
    expect(plain(loadKdTree(changed(() => {})).search(query, 3))).toEqual(plain(tree.search(query, 3)));
  });
});
