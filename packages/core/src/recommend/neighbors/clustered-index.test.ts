import { describe, expect, test } from "vitest";
import { seededSpace } from "../../../test/recommend/spaces";
import { hostWasm } from "../../../test/recommend/wasm-host";
import { type ItemSpace, itemSpace } from "../item-space";
import { randomStream } from "../random";
import { bruteForceIndex } from "./brute-force";
import { ClusteredIndex } from "./clustered-index";
import { type Clusters, clusterRows } from "./clusters";
import { loadClusters, saveClusters } from "./clusters-bytes";
import { unitSpace } from "./unit-space";

async function clustered(space: ItemSpace, clusters?: number, seed = 1): Promise<Clusters> {
  const steps = clusterRows(hostWasm, space, { seed, ...(clusters && { clusters }) });
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return value;
  }
}

function someQueries(count: number, dimensions: number): Float32Array[] {
  const random = randomStream(8);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: dimensions }, () => random.gaussian()),
  );
}

describe("the clustered index", () => {
  const space = unitSpace(seededSpace(6000, 24, 2));
  const brute = bruteForceIndex(space, "inner-product");

  test("is exact when it looks into every cluster, with and without a filter", async () => {
    const index = await ClusteredIndex.load(hostWasm, space, await clustered(space), { probes: 10_000 });
    for (const query of someQueries(20, 24)) {
      expect(index.search(query, 40)).toEqual(brute.search(query, 40));
      const accept = (row: number) => row % 5 === 0;
      expect(index.search(query, 40, accept)).toEqual(brute.search(query, 40, accept));
    }
  });

  test("finds nearly all with few probes, exactly scored and in order", async () => {
    const index = await ClusteredIndex.load(hostWasm, space, await clustered(space), { probes: 8 });
    let found = 0;
    for (let row = 0; row < 6000; row += 100) {
      const query = space.vectors.subarray(row * 24, (row + 1) * 24);
      const exact = brute.search(query, 30);
      const { rows, distances } = index.search(query, 30);
      const places = new Map([...exact.rows].map((each, at) => [each, at]));
      for (const [at, each] of rows.entries()) {
        const place = places.get(each);
        if (place === undefined) continue;
        found++;
        expect(distances[at]).toBe(exact.distances[place]);
      }
      expect([...distances]).toEqual([...distances].sort((a, b) => a - b));
    }
    expect(found / (60 * 30)).toBeGreaterThan(0.8);
    expect(found).toBeLessThan(60 * 30);
  });

  test("puts rows together the same way for the same seed, and never in a cluster that is not the nearest", async () => {
    const clusters = await clustered(space, 50);
    expect(await clustered(space, 50)).toEqual(clusters);
    expect((await clustered(space, 50, 2)).centroids).not.toEqual(clusters.centroids);
    const nearest = bruteForceIndex(
      itemSpace(
        Array.from({ length: 50 }, (_, at) => String(at).padStart(2, "0")),
        24,
        clusters.centroids,
      ),
      "inner-product",
    );
    for (let row = 0; row < 6000; row += 57)
      expect(clusters.clusterOfRow[row]).toBe(
        nearest.search(space.vectors.subarray(row * 24, (row + 1) * 24), 1).rows[0],
      );
  });

  test("works for one item, equal items and items of zeros", async () => {
    for (const [count, value] of [
      [1, 1],
      [50, 1],
      [50, 0],
    ] as const) {
      const ids = Array.from({ length: count }, (_, i) => `${i + 100}`);
      const same = itemSpace(ids, 4, new Float32Array(count * 4).fill(value));
      const index = await ClusteredIndex.load(hostWasm, same, await clustered(same), { probes: 99 });
      const { rows } = index.search(Float32Array.of(1, 2, 3, 4), 9);
      expect([...rows]).toEqual([...Array(Math.min(count, 9)).keys()]);
    }
  });

  test("gives the same from saved clusters; damaged ones are refused", async () => {
    const clusters = await clustered(space, 20);
    const bytes = saveClusters(clusters);
    const loaded = loadClusters(bytes);
    expect(loaded).toEqual(clusters);
    const query = space.vectors.subarray(0, 24);
    const [a, b] = [
      await ClusteredIndex.load(hostWasm, space, clusters, { probes: 3 }),
      await ClusteredIndex.load(hostWasm, space, loaded, { probes: 3 }),
    ];
    expect(b.search(query, 20)).toEqual(a.search(query, 20));
    for (let at = 0; at < bytes.length; at += 61) {
      const damaged = bytes.slice();
      damaged[at]! ^= 4;
      expect(() => loadClusters(damaged)).toThrow(/not a saved model/);
    }
    const { dimensions, centroids, clusterOfRow } = clusters;
    for (const wrong of [
      { dimensions: 7, centroids, clusterOfRow },
      { dimensions: 0, centroids, clusterOfRow },
      { dimensions, centroids, clusterOfRow: clusterOfRow.map(() => 20) },
      { dimensions, centroids: centroids.map(() => Number.NaN), clusterOfRow },
    ])
      expect(() => loadClusters(saveClusters(wrong))).toThrow(/not a saved model/);
  });

  test("is refused for an empty space, wrong clusters and wrong options", async () => {
    await expect(clustered(seededSpace(0, 4, 1))).rejects.toThrow(/no row/);
    await expect(clustered(seededSpace(3, 4, 1), 4)).rejects.toThrow(/clusters/);
    const clusters = await clustered(space, 5);
    await expect(ClusteredIndex.load(hostWasm, seededSpace(10, 24, 1), clusters)).rejects.toThrow(
      /another space/,
    );
    await expect(ClusteredIndex.load(hostWasm, space, clusters, { probes: 0 })).rejects.toThrow(/probes/);
    const wrong = { ...clusters, clusterOfRow: clusters.clusterOfRow.map(() => 5) };
    await expect(ClusteredIndex.load(hostWasm, space, wrong)).rejects.toThrow(/does not exist/);
  });
});
