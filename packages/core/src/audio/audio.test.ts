import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalizationGain } from "./loudness";
import { endResample, resampleChunk, resampledFrames, resampleKernel, startResample } from "./resample";
import { missingFrames, startTrim, trimChunk } from "./trim";

describe("trim", () => {
  test("keeps exactly the promised frames, however the decoder cuts them, or says how many are missing", () =>
    fc.assert(
      fc.property(
        fc.record({ trimStartFrames: fc.nat(5000), totalFrames: fc.integer({ min: 1, max: 20_000 }) }),
        fc.array(fc.nat(3000), { maxLength: 20 }),
        fc.nat(8000),
        (plan, chunks, begin) => {
          let state = startTrim(plan, begin);
          let at = begin;
          const kept: [number, number][] = [];
          for (const frames of chunks) {
            const slice = trimChunk(state, frames);
            expect(slice.from).toBeGreaterThanOrEqual(0);
            expect(slice.to).toBeGreaterThanOrEqual(slice.from);
            expect(slice.to).toBeLessThanOrEqual(frames);
            if (slice.to > slice.from) kept.push([at + slice.from, at + slice.to]);
            at += frames;
            state = slice.state;
          }
          const end = plan.trimStartFrames + plan.totalFrames;
          const expected = Math.max(0, Math.min(end, at) - Math.max(begin, plan.trimStartFrames));
          expect(kept.reduce((sum, [from, to]) => sum + to - from, 0)).toBe(expected);
          for (let i = 1; i < kept.length; i++) expect(kept[i]![0]).toBe(kept[i - 1]![1]);
          if (begin <= plan.trimStartFrames) expect(expected + missingFrames(state)).toBe(plan.totalFrames);
        },
      ),
    ));
});

describe("normalization", () => {
  const loudness = fc.record({
    trackLufs: fc.double({ min: -60, max: 0, noNaN: true }),
    trackPeak: fc.double({ min: 0.01, max: 2, noNaN: true }),
    albumLufs: fc.double({ min: -60, max: 0, noNaN: true }),
    albumPeak: fc.double({ min: 0.01, max: 2, noNaN: true }),
  });
  test("never lifts the peak over full scale", () =>
    fc.assert(
      fc.property(loudness, (measured) => {
        expect(normalizationGain(measured, "track") * measured.trackPeak).toBeLessThanOrEqual(1 + 1e-9);
        expect(normalizationGain(measured, "album") * measured.albumPeak).toBeLessThanOrEqual(1 + 1e-9);
        expect(normalizationGain(measured, "off")).toBe(1);
      }),
    ));
  test("brings a loud track down to -14 LUFS and leaves silence alone", () => {
    const loud = { trackLufs: -8, trackPeak: 1, albumLufs: -14, albumPeak: 1 };
    expect(normalizationGain(loud, "track")).toBeCloseTo(10 ** (-6 / 20));
    expect(normalizationGain(loud, "album")).toBe(1);
    expect(normalizationGain({ ...loud, trackLufs: Number.NEGATIVE_INFINITY }, "track")).toBe(1);
  });
});

function resampleAll(
  input: Float32Array,
  fromHz: number,
  toHz: number,
  cuts: readonly number[],
): Float32Array {
  let state = startResample(resampleKernel(fromHz, toHz), 1);
  const output: number[] = [];
  let at = 0;
  for (const cut of [...cuts, input.length]) {
    const end = Math.min(input.length, Math.max(at, cut));
    const chunk = resampleChunk(state, [input.subarray(at, end)]);
    state = chunk.state;
    output.push(...chunk.output[0]!);
    at = end;
  }
  output.push(...endResample(state)[0]!);
  return Float32Array.from(output);
}

const rates = fc.constantFrom(22_050, 32_000, 44_056, 44_100, 48_000, 96_000);
describe("resampling", () => {
  test("gives the counted frames, the same ones however the input was cut", () =>
    fc.assert(
      fc.property(
        rates,
        rates,
        fc.nat(1500),
        fc.array(fc.nat(1500), { maxLength: 6 }),
        (fromHz, toHz, length, cuts) => {
          const input = Float32Array.from({ length }, (_, i) => Math.sin(i / 7) * 0.5);
          const whole = resampleAll(input, fromHz, toHz, []);
          expect(whole.length).toBe(resampledFrames(length, fromHz, toHz));
          const sorted = [...cuts].sort((a, b) => a - b);
          expect(resampleAll(input, fromHz, toHz, sorted)).toEqual(whole);
        },
      ),
      { numRuns: 40 },
    ));
  test("keeps a tone: error below -90 dB away from the ends", () => {
    for (const [fromHz, toHz] of [
      [44_100, 48_000],
      [22_050, 48_000],
      [48_000, 44_100],
      // Coprime but for 4: more phases than are tabled.
      [44_056, 48_000],
      [96_000, 44_099],
    ] as const) {
      const input = Float32Array.from({ length: 4000 }, (_, i) =>
        Math.sin((2 * Math.PI * 1000 * i) / fromHz),
      );
      const output = resampleAll(input, fromHz, toHz, [1234]);
      let worst = 0;
      for (let n = 200; n < output.length - 200; n++) {
        worst = Math.max(worst, Math.abs(output[n]! - Math.sin((2 * Math.PI * 1000 * n) / toHz)));
      }
      expect(20 * Math.log10(worst)).toBeLessThan(-90);
    }
  });
  test("removes what the lower rate cannot carry", () => {
    const input = Float32Array.from({ length: 8000 }, (_, i) =>
      Math.sin((2 * Math.PI * 15_000 * i) / 48_000),
    );
    const output = resampleAll(input, 48_000, 22_050, []);
    expect(Math.max(...output.subarray(200, -200).map(Math.abs))).toBeLessThan(0.001);
  });
  test("refuses rates outside bounds", () => {
    expect(() => resampleKernel(0, 48_000)).toThrow(RangeError);
    expect(() => resampleKernel(44_100, 1e9)).toThrow(RangeError);
  });
});
