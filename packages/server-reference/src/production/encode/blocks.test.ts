import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { integrate, LoudnessMeter, measureBlocks } from "../measure/loudness";
import { BlockResampler } from "../read/block-resampler";
import { frameCount, joinBlocks, type Pcm, reblock } from "../read/pcm";
import { resample } from "../read/resample";
import { noise } from "../testing";

/** Cuts `pcm` at the given shares of its length. */
function cut(pcm: Pcm, shares: readonly number[]): Pcm[] {
  const frames = frameCount(pcm);
  const ends = [...new Set(shares.map((share) => Math.round(share * frames))), frames].sort((a, b) => a - b);
  let from = 0;
  return ends.flatMap((to) => {
    const channels = pcm.channels.map((channel) => channel.subarray(from, to));
    from = to;
    return channels[0]!.length > 0 ? [{ sampleRate: pcm.sampleRate, channels }] : [];
  });
}
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
function farthest(a: Float32Array, b: Float32Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

describe("a track in blocks", () => {
  it.each([
    [48_000, 44_100],
    [44_100, 22_050],
    [96_000, 48_000],
    [11_025, 44_100],
    [37_800, 44_100],
  ])("resamples from %i to %i Hz as the whole track does", (source, target) => {
    const pcm = noise(600_003, 0.8, 7, source);
    const whole = resample(pcm, target);
    fc.assert(
      fc.property(shares, (places) => {
        const resampler = new BlockResampler(source, target);
        const blocks = cut(pcm, places).flatMap((block) => resampler.push(block));
        const joined = joinBlocks([...blocks, ...resampler.finish()]);
        expect(frameCount(joined)).toBe(frameCount(whole));
        expect(farthest(joined.channels[1]!, whole.channels[1]!)).toBeLessThan(2e-4);
      }),
      { numRuns: 3 },
    );
  });

  it("has the loudness and the peak of the whole track", () => {
    const pcm = noise(100_000, 0.7, 3);
    const whole = measureBlocks(pcm);
    fc.assert(
      fc.property(shares, (places) => {
        const meter = new LoudnessMeter(pcm.sampleRate, 2);
        for (const block of cut(pcm, places)) meter.push(block);
        const found = meter.finish();
        expect(found.blocks.length).toBe(whole.blocks.length);
        expect(integrate([found])).toBeCloseTo(integrate([whole]), 9);
        expect(found.peak).toBeCloseTo(whole.peak, 6);
      }),
      { numRuns: 20 },
    );
  });

  it("keeps every sample when blocks are joined and cut again", async () => {
    const pcm = noise(300_000, 0.5);
    await fc.assert(
      fc.asyncProperty(shares, async (places) => {
        async function* stream() {
          yield* cut(pcm, places);
        }
        const blocks: Pcm[] = [];
        for await (const block of reblock(stream())) blocks.push(block);
        const joined = joinBlocks(blocks);
        for (const side of [0, 1]) expect(farthest(joined.channels[side]!, pcm.channels[side]!)).toBe(0);
        expect(frameCount(joined)).toBe(300_000);
        expect(Math.max(...blocks.map(frameCount))).toBeLessThanOrEqual(2 ** 17);
      }),
      { numRuns: 10 },
    );
  });
});
