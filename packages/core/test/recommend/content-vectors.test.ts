import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { audioSpace } from "../../src/recommend/audio-features/audio-space";
import { measureStandardization } from "../../src/recommend/audio-features/standardization";
import { transformFeatures } from "../../src/recommend/audio-features/transform";
import { bruteForceIndex } from "../../src/recommend/neighbors/brute-force";
import { ExactIndex } from "../../src/recommend/neighbors/exact-index";
import { KdTree } from "../../src/recommend/neighbors/kd-tree";
import { KernelKdTree } from "../../src/recommend/neighbors/kd-tree-kernel";
import type { NeighborIndex } from "../../src/recommend/neighbors/neighbor-index";
import { foldName } from "../../src/recommend/text/fold";
import { nameFeatures } from "../../src/recommend/text/name-features";
import { nameTokens } from "../../src/recommend/text/tokens";
import { hostWasm } from "./wasm-host";

// biome-ignore lint/suspicious/noExplicitAny: the shape of a case is the file's own
type Case = any;

function casesOf(name: string): [string, Case][] {
  const file = new URL(`../../../conformance/vectors/v1/recommend/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).cases.map((each: Case) => [each.name, each]);
}
const near = (actual: number[], expected: number[], tolerance: number) =>
  actual.length === expected.length &&
  actual.every(
    (value, i) => Math.abs(value - expected[i]!) <= tolerance * Math.max(1, Math.abs(expected[i]!)),
  );

describe("audio features", () => {
  const cases = casesOf("features");
  const program = (
    { tracks, foldTempo, weights }: Case,
    change: (tracks: Case[]) => Case[] = (all) => all,
  ) => {
    const named = change(tracks).map((features: Case, i: number) => ({ id: `t${i}`, features }));
    const standardization = measureStandardization(named, { foldTempo, weights });
    return {
      transformed: named.flatMap(({ features }) => [...transformFeatures(features, { foldTempo })]),
      points: [...audioSpace(named, standardization).vectors],
    };
  };
  const agrees = (each: Case, given: { transformed: number[]; points: number[] }) =>
    near(given.transformed, each.transformed.flat(), 1e-12) && near(given.points, each.points.flat(), 1e-6);
  test.each(cases)("%s", (_, each) => expect(agrees(each, program(each))).toBe(true));

  const wrong: Record<string, (each: Case) => { transformed: number[]; points: number[] }> = {
    "tempos that are never folded": (each) => program({ ...each, foldTempo: false }),
    "weights that are forgotten": (each) => program({ ...each, weights: {} }),
    "shares that are kept within 0.001": (each) =>
      program(each, (all) => all.map((track) => ({ ...track, liveness: Math.min(0.98, track.liveness) }))),
    "deviations of a sample": (each) => {
      const given = program(each);
      const n = each.tracks.length;
      return { ...given, points: given.points.map((value) => value * Math.sqrt((n - 1) / n)) };
    },
  };
  test.each(Object.entries(wrong))("notice %s", (_, run) =>
    expect(cases.some(([, each]) => !agrees(each, run(each)))).toBe(true),
  );
});

describe("neighbors", () => {
  const cases = casesOf("neighbors");
  const spaceOf = ({ items, query }: Case) => ({
    ids: items.map(({ id }: Case) => id) as string[],
    dimensions: query.length as number,
    vectors: Float32Array.from(items.flatMap(({ point }: Case) => point)),
  });
  const found = (index: NeighborIndex, each: Case) => {
    const { rows, distances } = index.search(Float32Array.from(each.query), each.k);
    return [...rows].map((row, at) => ({ id: each.items[row].id, distance: distances[at] }));
  };
  test.each(cases)("%s", async (_, each) => {
    const space = spaceOf(each);
    expect(found(bruteForceIndex(space, each.metric), each)).toEqual(each.neighbors);
    if (each.metric === "inner-product")
      expect(found(await ExactIndex.load(hostWasm, space), each)).toEqual(each.neighbors);
    else {
      const tree = KdTree.build(space, { leafSize: 4 });
      expect(found(tree, each)).toEqual(each.neighbors);
      if (space.dimensions === 8)
        expect(found(await KernelKdTree.load(hostWasm, tree), each)).toEqual(each.neighbors);
    }
  });

  type Measure = (a: number[], b: number[], metric: string) => number;
  const plain = (each: Case, order: (a: string, b: string) => number, measure: Measure) =>
    each.items
      .map(({ id, point }: Case) => ({ id, distance: measure(point, each.query, each.metric) }))
      .sort((a: Case, b: Case) => a.distance - b.distance || order(a.id, b.id))
      .slice(0, each.k)
      .map(({ id }: Case) => id);
  const exact: Measure = (a, b, metric) =>
    a.reduce((sum, x, c) => (metric === "inner-product" ? sum - x * b[c]! : sum + (x - b[c]!) ** 2), 0);
  const stepped: Measure = (a, b, metric) =>
    a.reduce((sum, x, c) => {
      const step = metric === "inner-product" ? -Math.fround(x * b[c]!) : Math.fround(x - b[c]!) ** 2;
      return Math.fround(sum + Math.fround(step));
    }, 0);
  const right: Measure = (a, b, metric) =>
    metric === "inner-product" ? Math.fround(exact(a, b, metric)) : stepped(a, b, metric);
  const units = (a: string, b: string) => (a < b ? -1 : 1);
  const wrong: Record<string, (each: Case) => string[]> = {
    "ties in the order of rows": (each) => plain(each, () => 0, right),
    "ties in the reverse order": (each) => plain(each, (a, b) => units(b, a), right),
    "ids compared as numbers": (each) =>
      plain(each, (a, b) => Number(a.slice(1)) - Number(b.slice(1)) || units(a, b), right),
    "ids in the order of code points": (each) =>
      plain(each, (a, b) => a.codePointAt(0)! - b.codePointAt(0)!, right),
    "distances of 64 bits": (each) => plain(each, units, exact),
    "scores rounded at each step": (each) => plain(each, units, stepped),
    "dimensions added from the last": (each) =>
      plain(each, units, (a, b, metric) => right([...a].reverse(), [...b].reverse(), metric)),
    "one too few": (each) => plain({ ...each, k: each.k - 1 }, units, right),
  };
  const ids = (each: Case) => each.neighbors.map(({ id }: Case) => id);
  test("are what a plain program in the test finds", () => {
    for (const [, each] of cases) expect(plain(each, units, right)).toEqual(ids(each));
  });
  test.each(Object.entries(wrong))("notice %s", (_, run) =>
    expect(cases.some(([, each]) => JSON.stringify(run(each)) !== JSON.stringify(ids(each)))).toBe(true),
  );
});

describe("names", () => {
  const cases = casesOf("names");
  test.each(cases)("%s", (_, each) => {
    expect(foldName(each.title)).toBe(each.folded);
    expect(nameTokens(each.title)).toEqual(each.tokens);
    expect([...nameFeatures(each.title, 1000)]).toEqual(each.features);
  });
  const wrong: Record<string, (title: string) => string> = {
    "no compatibility forms": (title) =>
      title
        .normalize("NFD")
        .toLowerCase()
        .replace(/\p{Mn}/gu, ""),
    "no sharp s": (title) => foldName(title.replace(/ß|ẞ/g, "?")).replaceAll("?", "ß"),
    "all marks dropped": (title) =>
      foldName(
        foldName(title)
          .normalize("NFKD")
          .replace(/\p{Mn}/gu, ""),
      ),
    "accents kept": (title) => title.normalize("NFKC").toLowerCase(),
    "final sigma kept": (title) => foldName(title).replace(/σ$/, "ς"),
  };
  test.each(Object.entries(wrong))("notice %s", (_, fold) =>
    expect(cases.some(([, each]) => fold(each.title) !== each.folded)).toBe(true),
  );
});
