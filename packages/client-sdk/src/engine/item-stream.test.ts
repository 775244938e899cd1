import { buildManifest } from "@segue/core/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { TrackDecoder } from "../ports/decoder";
import { ItemStream } from "./item-stream";

/** A decoder of `length` frames whose samples are their own numbers, counted from 1, in blocks of `sizes`. */
function counting(length: number, sizes: readonly number[]): TrackDecoder {
  let at = 0;
  let block = 0;
  return {
    async seek(frame) {
      at = frame;
    },
    async next() {
      const frames = Math.min(sizes[block++ % sizes.length]!, length - at);
      if (frames <= 0) return null;
      const samples = Float32Array.from({ length: frames }, (_, i) => at + i + 1);
      at += frames;
      return { frames, channels: [samples] };
    },
    close() {},
  };
}

test("an item gives its promised frames and no others, and silence for those that its decoder lacks", async () => {
  const scene = fc.record({
    trimStartFrames: fc.nat(3_000),
    totalFrames: fc.integer({ min: 1, max: 20_000 }),
    decoded: fc.nat(25_000),
    from: fc.nat(20_000),
    sizes: fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(scene, async ({ trimStartFrames, totalFrames, decoded, from, sizes }) => {
      const manifest = { ...buildManifest(1, { totalFrames }), trimStartFrames };
      const rate = manifest.sampleRateHz;
      const stream = await ItemStream.at(counting(decoded, sizes), manifest, from, 1, rate);
      const heard: number[] = [];
      for (let block = await stream.next(); block; block = await stream.next()) heard.push(...block.left);
      const begin = Math.min(from, totalFrames);
      const promised = Array.from({ length: totalFrames - begin }, (_, i) => trimStartFrames + begin + i + 1);
      expect(heard).toEqual(promised.map((number) => (number <= decoded ? number : 0)));
      expect(stream.missing).toBe(promised.filter((number) => number > decoded).length);
    }),
    { numRuns: 40 },
  );
});
