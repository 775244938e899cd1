import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cut, farthest, noise, tone } from "../testing/sound";
import { frameCount, joinBlocks } from "./pcm";
import { Resampler, resample } from "./resample";

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

describe("a track that is resampled", () => {
  it.each([
    [48_000, 44_100],
    [44_100, 22_050],
    [96_000, 48_000],
    [11_025, 44_100],
    [37_800, 44_100],
  ])("from %i to %i Hz in blocks is that of the whole track, sample for sample", (source, target) => {
    const pcm = noise(600_003, 0.8, 7, source);
    const whole = resample(pcm, target);
    fc.assert(
      fc.property(shares, (places) => {
        const resampler = new Resampler(source, target);
        const blocks = cut(pcm, places).flatMap((block) => resampler.push(block));
        const joined = joinBlocks([...blocks, ...resampler.finish()]);
        expect(frameCount(joined)).toBe(frameCount(whole));
        for (const side of [0, 1]) expect(farthest(joined.channels[side]!, whole.channels[side]!)).toBe(0);
      }),
      { numRuns: 3 },
    );
  });

  it("has the frames that its length stands for, to the nearest one", () => {
    const rates = fc.constantFrom(8_000, 11_025, 37_800, 44_100, 48_000, 96_000);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), rates, rates, (frames, source, target) => {
        const resampled = frameCount(resample(noise(frames, 0.5, 1, source), target));
        expect(resampled).toBeGreaterThanOrEqual(1);
        if (resampled > 1) expect(Math.abs(resampled - (frames * target) / source)).toBeLessThanOrEqual(0.5);
      }),
    );
  });

  it("keeps a tone's level and place", () => {
    const at48 = resample(tone(0.5, 1000, 0.5, 44_100, 1), 48_000);
    const expected = tone(0.5, 1000, 0.5, 48_000, 1);
    expect(frameCount(at48)).toBe(24_000);
    for (let i = 500; i < 23_500; i++) {
      expect(Math.abs(at48.channels[0]![i]! - expected.channels[0]![i]!)).toBeLessThan(1e-3);
    }
  });
});
