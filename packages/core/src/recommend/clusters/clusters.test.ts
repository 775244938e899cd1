import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unitSpace } from "../neighbors/unit-space";
import { randomStream } from "../random";
import { leastCostAssignment } from "./assignment";
import { bestClustering, silhouette } from "./silhouette";
import { sphericalKMeans, type WeightedPoints } from "./spherical-k-means";

function permutations(values: readonly number[]): number[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((first) =>
    permutations(values.filter((each) => each !== first)).map((rest) => [first, ...rest]),
  );
}

describe("the least-cost assignment", () => {
  const square = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
    .chain(([rows, columns]) =>
      fc.array(fc.array(fc.integer({ min: -20, max: 20 }), { minLength: columns, maxLength: columns }), {
        minLength: rows,
        maxLength: rows,
      }),
    );

  it("costs no more than any other, and uses each column once", () => {
    fc.assert(
      fc.property(square, (costs) => {
        const rows = costs.length;
        const columns = costs[0]!.length;
        const assigned = leastCostAssignment(costs);
        const used = assigned.filter((column) => column >= 0);
        expect(new Set(used).size).toBe(Math.min(rows, columns));
        expect(used).toHaveLength(Math.min(rows, columns));
        const total = assigned.reduce((sum, column, row) => sum + (column < 0 ? 0 : costs[row]![column]!), 0);
        const size = Math.max(rows, columns);
        const padded = (row: number, column: number) => costs[row]?.[column] ?? 0;
        const least = Math.min(
          ...permutations([...Array(size).keys()]).map((order) =>
            order.reduce((sum, column, row) => sum + padded(row, column), 0),
          ),
        );
        expect(total).toBe(least);
      }),
      { numRuns: 200 },
    );
  });

  it("has an answer for nothing, and refuses costs that are no numbers", () => {
    expect(leastCostAssignment([])).toEqual([]);
    expect(leastCostAssignment([[], []])).toEqual([-1, -1]);
    expect(() => leastCostAssignment([[Number.NaN]])).toThrow(/finite/);
  });
});

const points = fc
  .array(
    fc.tuple(
      fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 }),
      fc.double({ min: 0.01, max: 10, noNaN: true }),
    ),
    { minLength: 1, maxLength: 40 },
  )
  .map((all): WeightedPoints => {
    const ids = all.map((_, i) => String(i));
    const vectors = Float32Array.from(all.flatMap(([vector]) => vector));
    return {
      dimensions: 3,
      vectors: unitSpace({ ids, dimensions: 3, vectors }).vectors,
      weights: all.map(([, weight]) => weight),
    };
  });

describe("spherical k-means", () => {
  it("puts every point into one cluster, leaves none empty, and does the same again", () => {
    fc.assert(
      fc.property(points, fc.nat(2 ** 31), fc.integer({ min: 1, max: 6 }), (given, seed, k) => {
        const clusters = Math.min(k, given.weights.length);
        const result = sphericalKMeans(given, clusters, randomStream(seed));
        expect(new Set(result.clusterOf).size).toBe(clusters);
        expect(Number.isFinite(result.cohesion)).toBe(true);
        for (const center of result.centers) expect(center.every(Number.isFinite)).toBe(true);
        expect(sphericalKMeans(given, clusters, randomStream(seed))).toEqual(result);
        expect(Math.abs(silhouette(given, result))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("finds four bundles of directions, and that there are four", () => {
    const random = randomStream(7);
    const bundles = [
      [1, 0, 0],
      [-1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    const truth = Array.from({ length: 80 }, (_, i) => i % 4);
    const vectors = Float32Array.from(
      truth.flatMap((b) => bundles[b]!.map((value) => value + 0.1 * random.gaussian())),
    );
    const ids = truth.map((_, i) => String(i));
    const given = {
      dimensions: 3,
      vectors: unitSpace({ ids, dimensions: 3, vectors }).vectors,
      weights: truth.map(() => 1),
    };
    const { centers, clusterOf } = bestClustering(given, 2, 6, 1);
    expect(centers).toHaveLength(4);
    const pairs = new Set(truth.map((b, i) => `${b} ${clusterOf[i]}`));
    expect(pairs.size).toBe(4);
  });
});
