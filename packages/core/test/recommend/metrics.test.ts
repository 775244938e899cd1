import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { itemSpace } from "../../src/recommend/item-space";
import { coverage, exposure, gini, novelty } from "../../src/recommend/metrics/catalog";
import { intraListDiversity, rowCosine } from "../../src/recommend/metrics/diversity";
import { clicks, ndcgAt, precisionAt, recallAt, rPrecision } from "../../src/recommend/metrics/ranking";
import { splitByTime, splitRandom, splitUsers } from "../../src/recommend/metrics/split";
import { randomStream } from "../../src/recommend/random";

const list = fc.uniqueArray(fc.nat(30), { maxLength: 20 });
const wanted = fc.uniqueArray(fc.nat(30), { maxLength: 12 }).map((items) => new Set(items));

describe("ranking", () => {
  test("lies between 0 and 1; a perfect list reaches 1 wherever it can", () => {
    fc.assert(
      fc.property(list, wanted, fc.integer({ min: 1, max: 25 }), (ranked, relevant, k) => {
        const perfect = [...relevant, ...ranked.filter((item) => !relevant.has(item))];
        for (const metric of [
          (l: number[]) => recallAt(l, relevant, k),
          (l: number[]) => recallAt(l, relevant, k, "reachable"),
          (l: number[]) => ndcgAt(l, relevant, k),
          (l: number[]) => precisionAt(l, relevant, k),
          (l: number[]) => rPrecision(l, relevant),
        ]) {
          expect(metric(ranked)).toBeGreaterThanOrEqual(0);
          expect(metric(ranked)).toBeLessThanOrEqual(metric(perfect));
        }
        if (relevant.size > 0) {
          expect(recallAt(perfect, relevant, k, "reachable")).toBe(1);
          expect(ndcgAt(perfect, relevant, k)).toBeCloseTo(1, 12);
          expect(rPrecision(perfect, relevant)).toBe(1);
          expect(clicks(perfect, relevant)).toBe(0);
        }
      }),
    );
  });

  test("moving a relevant item forward never makes it worse", () => {
    fc.assert(
      fc.property(list, wanted, fc.nat(), fc.integer({ min: 1, max: 25 }), (ranked, relevant, place, k) => {
        const at = ranked.length < 2 ? -1 : 1 + (place % (ranked.length - 1));
        if (at < 0 || !relevant.has(ranked[at]!)) return;
        const better = [...ranked];
        [better[at - 1], better[at]] = [ranked[at]!, ranked[at - 1]!];
        expect(ndcgAt(better, relevant, k)).toBeGreaterThanOrEqual(ndcgAt(ranked, relevant, k));
        expect(recallAt(better, relevant, k)).toBeGreaterThanOrEqual(recallAt(ranked, relevant, k));
        expect(clicks(better, relevant)).toBeLessThanOrEqual(clicks(ranked, relevant));
      }),
    );
  });

  test("worked examples", () => {
    const relevant = new Set(["a", "b", "c"]);
    const ranked = ["a", "x", "b", "y"];
    expect(recallAt(ranked, relevant, 2)).toBeCloseTo(1 / 3);
    expect(recallAt(ranked, relevant, 2, "reachable")).toBe(0.5);
    expect(precisionAt(ranked, relevant, 4)).toBe(0.5);
    expect(precisionAt(["a"], relevant, 4)).toBe(0.25);
    expect(rPrecision(ranked, relevant)).toBeCloseTo(2 / 3);
    expect(ndcgAt(ranked, relevant, 3)).toBeCloseTo((1 + 1 / 2) / (1 + 1 / Math.log2(3) + 1 / 2), 12);
    const late = Array.from({ length: 600 }, (_, n) => n);
    expect(clicks(late, new Set([9]))).toBe(0);
    expect(clicks(late, new Set([10]))).toBe(1);
    expect(clicks(late, new Set([499]))).toBe(49);
    expect(clicks(late, new Set([500]))).toBe(51);
  });

  test("nothing relevant, nothing recommended: 0, and 51 clicks; a k that is none is refused", () => {
    for (const metric of [recallAt, ndcgAt]) {
      expect(metric([1], new Set(), 3)).toBe(0);
      expect(metric([], new Set([1]), 3)).toBe(0);
      for (const k of [0, -1, 1.5, Number.NaN]) expect(() => metric([1], new Set([1]), k)).toThrow();
    }
    expect(rPrecision([1], new Set())).toBe(0);
    expect(clicks([], new Set([1]))).toBe(51);
  });
});

describe("the catalog", () => {
  test("coverage, Gini and novelty of worked examples", () => {
    const counts = exposure([[0, 1], [0, 2], [0]], 5);
    expect([...counts]).toEqual([3, 1, 1, 0, 0]);
    expect(coverage(counts)).toBeCloseTo(0.6);
    expect(gini([1, 1, 1, 1])).toBeCloseTo(0);
    expect(gini([0, 0, 0, 1])).toBeCloseTo(0.75);
    expect(gini([])).toBe(0);
    expect(gini([0, 0])).toBe(0);
    expect(coverage([])).toBe(0);
    expect(novelty([0, 1], [8, 2], 16)).toBe((1 + 3) / 2);
    expect(novelty([0], [0], 16)).toBe(4);
    expect(novelty([], [], 16)).toBe(0);
  });

  test("Gini does not depend on order or scale, and grows when the rich take from the poor", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 2, maxLength: 12 }), (counts) => {
        const value = gini(counts);
        expect(value).toBeGreaterThanOrEqual(-1e-12);
        expect(value).toBeLessThan(1);
        expect(gini([...counts].reverse())).toBeCloseTo(value, 12);
        expect(gini(counts.map((count) => 3 * count))).toBeCloseTo(value, 12);
        const sorted = [...counts].sort((a, b) => a - b);
        if (sorted[0]! > 0) {
          sorted[0]!--;
          sorted[sorted.length - 1]!++;
          expect(gini(sorted)).toBeGreaterThan(value);
        }
      }),
    );
  });

  test("rows that do not exist and counts that cannot be are refused", () => {
    for (const row of [-1, 2, 0.5, Number.NaN]) expect(() => exposure([[row]], 2)).toThrow();
    expect(() => gini([Number.NaN])).toThrow();
    expect(() => novelty([1], [1], 5)).toThrow();
    expect(() => novelty([0], [9], 5)).toThrow();
  });
});

test("diversity is 0 for one direction, 1 for right angles, and never NaN", () => {
  const space = itemSpace(["a", "b", "c", "z"], 2, Float32Array.of(1, 0, 3, 0, 0, 2, 0, 0));
  expect(intraListDiversity([0, 1], space)).toBe(0);
  expect(intraListDiversity([0, 2], space)).toBe(1);
  expect(intraListDiversity([0, 1, 2], space)).toBeCloseTo(2 / 3);
  expect(intraListDiversity([0], space)).toBe(0);
  expect(rowCosine(space, 0, 3)).toBe(0);
});

describe("splits", () => {
  const entries = fc.array(fc.record({ user: fc.constantFrom("a", "b", "c", "d"), atMs: fc.nat(50) }));
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  test("are partitions, the same for the same seed", () => {
    fc.assert(
      fc.property(entries, share, fc.nat(), (all, part, seed) => {
        for (const split of [
          () => splitRandom(all, part, randomStream(seed)),
          () => splitByTime(all, part),
          () => splitUsers(all, part, randomStream(seed)),
        ]) {
          const { train, test: aside } = split();
          expect(train.length + aside.length).toBe(all.length);
          expect(new Set([...train, ...aside])).toEqual(new Set(all));
          expect(split()).toEqual({ train, test: aside });
        }
        expect(splitRandom(all, part, randomStream(seed)).test).toHaveLength(Math.round(all.length * part));
        const { train, test: later } = splitByTime(all, part);
        for (const a of train) for (const b of later) expect(a.atMs).toBeLessThan(b.atMs);
        const users = splitUsers(all, part, randomStream(seed));
        const held = new Set(users.test.map((entry) => entry.user));
        expect(users.train.some((entry) => held.has(entry.user))).toBe(false);
      }),
    );
  });
});
