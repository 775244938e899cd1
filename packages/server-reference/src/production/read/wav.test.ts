import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noise, tone } from "../testing/sound";
import { encodeWav } from "../testing/wav";
import { MasterRejected, type RejectReason } from "./master-rejected";
import { decodeWav } from "./wav";

async function reasonOf(bytes: Uint8Array): Promise<RejectReason | "decoded"> {
  try {
    await decodeWav(bytes);
    return "decoded";
  } catch (error) {
    if (error instanceof MasterRejected) return error.reason;
    throw error;
  }
}

describe("decodeWav", () => {
  it("gives back float samples exactly and 16-bit samples to half a step", async () => {
    const pcm = noise(500, 0.9);
    expect(await decodeWav(encodeWav(pcm))).toEqual(pcm);
    const short = await decodeWav(encodeWav(pcm, "int16"));
    short.channels[0]!.forEach((sample, i) => {
      expect(Math.abs(sample - pcm.channels[0]![i]!)).toBeLessThanOrEqual(0.5 / 32_768 + 1e-9);
    });
  });

  it.each([
    [8, [0, 128, 255], [-1, 0, 127 / 128]],
    [24, [0, 0, 0x80, 0, 0, 0, 0xff, 0xff, 0x7f], [-1, 0, 8_388_607 / 8_388_608]],
    [32, [0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x40], [-1, 0, 0.5]],
  ])("reads %i-bit integers, plain and extensible", async (bits, data, expected) => {
    const repeats = 64;
    for (const extensible of [false, true]) {
      const formatSize = extensible ? 40 : 16;
      const body = Uint8Array.from({ length: data.length * repeats }, (_, i) => data[i % data.length]!);
      const bytes = new Uint8Array(28 + formatSize + body.length);
      const view = new DataView(bytes.buffer);
      bytes.set(new TextEncoder().encode("RIFF\0\0\0\0WAVEfmt "));
      view.setUint32(16, formatSize, true);
      view.setUint16(20, extensible ? 0xfffe : 1, true);
      view.setUint16(22, 1, true);
      view.setUint32(24, 44_100, true);
      view.setUint16(32, bits / 8, true);
      view.setUint16(34, bits, true);
      if (extensible) view.setUint16(44, 1, true);
      bytes.set(new TextEncoder().encode("data"), 20 + formatSize);
      view.setUint32(24 + formatSize, body.length, true);
      bytes.set(body, 28 + formatSize);
      const samples = (await decodeWav(bytes)).channels[0]!;
      expect([...samples.subarray(0, 3)]).toEqual(expected.map(Math.fround));
      expect(samples.length).toBe(3 * repeats);
    }
  });

  it("says why a file is refused", async () => {
    const good = encodeWav(tone(0.1, 440, 0.5));
    const change = (at: number, value: number, width: 16 | 32 = 32) => {
      const bytes = good.slice();
      const view = new DataView(bytes.buffer);
      if (width === 16) view.setUint16(at, value, true);
      else view.setUint32(at, value, true);
      return reasonOf(bytes);
    };
    expect(await reasonOf(good)).toBe("decoded");
    expect(await reasonOf(good.subarray(0, good.length - 10))).toBe("truncated");
    expect(await reasonOf(good.subarray(0, 40))).toBe("corrupt");
    expect(await reasonOf(new Uint8Array())).toBe("corrupt");
    expect(await change(20, 85, 16)).toBe("unsupported");
    expect(await change(22, 0, 16)).toBe("channels");
    expect(await change(22, 60_000, 16)).toBe("channels");
    expect(await change(24, 0)).toBe("sample_rate");
    expect(await change(24, 4_000_000_000)).toBe("sample_rate");
    expect(await change(32, 3, 16)).toBe("corrupt");
    expect(await change(40, 16)).toBe("too_short");
  });

  it("never fails in another way, whatever is flipped", async () => {
    const good = encodeWav(noise(100, 0.5), "int16");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 6 }), async (changes) => {
        const bytes = good.slice();
        for (const [at, value] of changes) bytes[at] = value;
        await reasonOf(bytes);
      }),
    );
  });
});
