import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AudioFeatures } from "../../catalog/types";
import { randomStream, shuffle } from "../random";
import { audioSpace, audioVector, meanVector } from "./audio-space";
import { FEATURE_NAMES } from "./features";
import { measureStandardization, parseStandardization } from "./standardization";
import { transformFeatures } from "./transform";

const share = fc.oneof(fc.constantFrom(0, 1, 0.01, 0.99, 0.5), fc.double({ min: 0, max: 1, noNaN: true }));
const features: fc.Arbitrary<AudioFeatures> = fc.record({
  tempo: fc.double({ min: 10, max: 1000, noNaN: true }),
  energy: share,
  valence: share,
  danceability: share,
  acousticness: share,
  speechiness: share,
  instrumentalness: share,
  liveness: share,
});
const catalog = fc
  .array(features, { minLength: 1, maxLength: 40 })
  .map((list) => list.map((each, at) => ({ id: `t${at}`, features: each })));
const plain: AudioFeatures = {
  tempo: 120,
  energy: 0.5,
  valence: 0.5,
  danceability: 0.5,
  acousticness: 0.5,
  speechiness: 0.5,
  instrumentalness: 0.5,
  liveness: 0.5,
};

describe("transforms", () => {
  test("rise with what they transform, and are finite", () => {
    fc.assert(
      fc.property(features, features, (a, b) => {
        const [x, y] = [transformFeatures(a), transformFeatures(b)];
        for (const [c, name] of FEATURE_NAMES.entries()) {
          expect(Number.isFinite(x[c])).toBe(true);
          if (a[name] <= b[name]) expect(x[c]).toBeLessThanOrEqual(y[c]!);
        }
      }),
    );
  });

  test("fold a tempo and its double onto each other", () => {
    fc.assert(
      fc.property(fc.double({ min: 10, max: 500, noNaN: true }), (tempo) => {
        const [slow] = transformFeatures({ ...plain, tempo }, { foldTempo: true });
        const [fast] = transformFeatures({ ...plain, tempo: tempo * 2 }, { foldTempo: true });
        const apart = Math.abs(slow! - fast!);
        // At the seam −½ and ½ are the same tempo.
        expect(Math.min(apart, 1 - apart)).toBeLessThan(1e-9);
        expect(slow).toBeGreaterThanOrEqual(-0.5);
        expect(slow).toBeLessThanOrEqual(0.5);
      }),
    );
  });

  test.each([
    ["tempo", 0],
    ["tempo", 1001],
    ["tempo", Number.NaN],
    ["energy", -0.1],
    ["valence", 1.1],
    ["liveness", Number.POSITIVE_INFINITY],
    ["speechiness", "0.5"],
    ["danceability", undefined],
    ["acousticness", null],
  ])("refuse a %s of %s, naming it", (name, value) => {
    const wrong = { ...plain, [name]: value } as AudioFeatures;
    expect(() => transformFeatures(wrong)).toThrow(name);
    expect(() => measureStandardization([{ id: "trk_x", features: wrong }])).toThrow(/trk_x/);
  });
});

describe("a standardization", () => {
  test("gives its own catalog a mean of 0 and a deviation of √weight", () => {
    fc.assert(
      fc.property(catalog, fc.constantFrom(0, 0.25, 1, 4), (tracks, weight) => {
        const standardization = measureStandardization(tracks, { weights: { energy: weight } });
        const { vectors } = audioSpace(tracks, standardization);
        for (let c = 0; c < 8; c++) {
          const column = tracks.map((_, row) => vectors[row * 8 + c]!);
          const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
          const square = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length;
          expect(Math.abs(mean)).toBeLessThan(1e-3);
          const expected = c === 1 ? Math.sqrt(weight) : 1;
          const constant = Math.sqrt(square) < 1e-3;
          if (!constant) expect(Math.sqrt(square)).toBeCloseTo(expected, 3);
        }
      }),
    );
  });

  test("does not depend on the order of tracks, and survives JSON", () => {
    fc.assert(
      fc.property(catalog, fc.integer(), (tracks, seed) => {
        const standardization = measureStandardization(tracks, { foldTempo: true });
        expect(measureStandardization(shuffle([...tracks], randomStream(seed)), { foldTempo: true })).toEqual(
          standardization,
        );
        expect(parseStandardization(JSON.parse(JSON.stringify(standardization)))).toEqual(standardization);
      }),
    );
  });

  test("of one track puts it at zero", () => {
    const standardization = measureStandardization([{ id: "only", features: plain }]);
    expect([...audioVector(plain, standardization)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("has another version when any number differs", () => {
    const tracks = [
      { id: "a", features: plain },
      { id: "b", features: { ...plain, energy: 0.75, tempo: 90 } },
    ];
    const versions = [
      measureStandardization(tracks),
      measureStandardization(tracks, { foldTempo: true }),
      measureStandardization(tracks, { weights: { tempo: 2 } }),
      measureStandardization(tracks.slice(0, 1)),
    ].map(({ version }) => version);
    expect(new Set(versions).size).toBe(4);
  });

  test.each([
    ["nothing", null],
    ["another format", { format: 2 }],
    ["a mean that is no number", { means: [0, 0, 0, 0, 0, 0, 0, null] }],
    ["a deviation of zero", { deviations: [0, 1, 1, 1, 1, 1, 1, 1] }],
    ["seven weights", { weights: [1, 1, 1, 1, 1, 1, 1] }],
    ["a changed number", { count: 2 }],
  ])("is refused with %s", (_, change) => {
    const good = measureStandardization([{ id: "a", features: plain }]);
    const value = change === null ? null : { ...good, ...change };
    expect(() => parseStandardization(value)).toThrow(/not a saved model/);
  });

  test("is refused without tracks or with a weight below zero", () => {
    expect(() => measureStandardization([])).toThrow(/at least one/);
    const one = [{ id: "a", features: plain }];
    for (const weight of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => measureStandardization(one, { weights: { tempo: weight } })).toThrow(/weights/);
  });
});

describe("a mean vector", () => {
  const space = { ids: ["a", "b"], dimensions: 2, vectors: Float32Array.of(0, 2, 4, 8) };
  test("is the mean of its rows, a row counting as often as it is named", () => {
    expect([...meanVector(space, [0, 1])]).toEqual([2, 5]);
    expect([...meanVector(space, [0, 1, 1, 1])]).toEqual([3, 6.5]);
  });
  test.each([[[]], [[2]], [[-1]], [[0.5]]])("is refused for rows %j", (rows) =>
    expect(() => meanVector(space, rows)).toThrow(/not allowed/),
  );
});
