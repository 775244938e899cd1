import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cut, farthest, noise, tone } from "../testing/sound";
import { frameCount, joinBlocks, type Pcm, reblock, toStereo } from "./pcm";

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

describe("a track in blocks", () => {
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

  it("folds surround without clipping", () => {
    const { channels } = toStereo(tone(0.01, 440, 1, 48_000, 6));
    expect(channels.length).toBe(2);
    expect(Math.max(...channels[0]!.map(Math.abs))).toBeLessThanOrEqual(1);
  });
});
