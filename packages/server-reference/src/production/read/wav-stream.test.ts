import fc from "fast-check";
import { expect, it } from "vitest";
import { noise } from "../testing/sound";
import { encodeWav } from "../testing/wav";
import { collect } from "./pcm";
import { decodeWav } from "./wav";
import { wavStream } from "./wav-stream";

/** `bytes` in pieces of the given lengths, over and over. */
async function* inPieces(bytes: Uint8Array, lengths: readonly number[]) {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length]!;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

it("gives what the whole file holds, wherever the stream was cut", async () => {
  for (const sample of ["int16", "float32"] as const) {
    const bytes = encodeWav(noise(700, 0.8), sample);
    const whole = await decodeWav(bytes);
    const lengths = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(lengths, async (cuts) => {
        expect(await collect(wavStream(inPieces(bytes, cuts)))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  }
});

it("refuses a stream without samples, however long it goes on", async () => {
  for (const length of [0, 40, 200_000])
    await expect(collect(wavStream(inPieces(new Uint8Array(length), [4096])))).rejects.toMatchObject({
      reason: "corrupt",
    });
});
