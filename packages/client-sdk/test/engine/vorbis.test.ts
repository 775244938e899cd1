import { describe, expect, it } from "vitest";
import { VorbisDecoder } from "../../src/engine/decode/vorbis";
import type { RandomReader } from "../../src/ports/decoder";
import { decodeWhole, encode, signal } from "./fixtures";

function memoryReader(bytes: Uint8Array): RandomReader & { reads: number } {
  return {
    reads: 0,
    size: bytes.length,
    async read(offset, length) {
      this.reads++;
      return bytes.slice(offset, offset + length);
    },
  };
}

async function drain(decoder: VorbisDecoder, most = Number.POSITIVE_INFINITY): Promise<Float32Array> {
  const out: number[] = [];
  while (out.length < most) {
    const block = await decoder.next();
    if (!block) break;
    for (const sample of block.channels[0]!) out.push(sample);
  }
  return Float32Array.from(out);
}

describe("VorbisDecoder", () => {
  it("gives the samples of a whole decode, then those after any seek", async () => {
    const frames = 44_100 * 12 + 37;
    const bytes = await encode(signal(frames));
    const whole = (await decodeWhole(bytes))[0]!;
    expect(whole.length).toBe(frames);
    const decoder = await VorbisDecoder.open(memoryReader(bytes), frames);
    const streamed = await drain(decoder);
    expect(streamed.length).toBeGreaterThanOrEqual(frames);
    expect(
      Buffer.compare(Buffer.from(streamed.buffer, 0, frames * 4), Buffer.from(whole.slice().buffer)),
    ).toBe(0);
    for (const target of [0, 1, 63, 1024, 44_100, 200_001, 333_333, frames - 3000, frames - 1]) {
      await decoder.seek(target);
      const tail = await drain(decoder, 3000);
      const length = Math.min(tail.length, frames - target);
      const same = tail.subarray(0, length).every((sample, i) => sample === whole[target + i]);
      expect({ target, same, enough: length > 0 }).toEqual({ target, same: true, enough: true });
    }
    decoder.close();
  });

  it("seeks without the first decode and reads little", async () => {
    const frames = 44_100 * 20;
    const bytes = await encode(signal(frames));
    const whole = (await decodeWhole(bytes))[0]!;
    const reader = memoryReader(bytes);
    const decoder = await VorbisDecoder.open(reader, frames);
    await decoder.seek(600_000);
    const tail = await drain(decoder, 100);
    expect(tail[0]).toBe(whole[600_000]);
    expect(reader.reads).toBeLessThan(60);
    decoder.close();
  });

  it("rejects what is not Ogg Vorbis", async () => {
    await expect(VorbisDecoder.open(memoryReader(new Uint8Array(5000)), 1)).rejects.toMatchObject({
      code: "decode_failed",
    });
    await expect(VorbisDecoder.open(memoryReader(new Uint8Array(0)), 1)).rejects.toMatchObject({
      code: "decode_failed",
    });
  });
});
