import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { systemFfmpeg, workshopWith } from "../testing/encode";
import { tone } from "../testing/sound";
import { encodeWav } from "../testing/wav";
import { bytesSource } from "./byte-source";
import { masterBlocks } from "./decode";
import { openMaster } from "./master";
import { collect } from "./pcm";
import type { MasterFormat } from "./sniff";
import { NO_SIGNS } from "./workshop";

const seen = vi.hoisted(() => ({ samples: 0, limit: 2_000_000 }));
vi.mock("./limits", async (original) => {
  const { LIMITS } = await original<typeof import("./limits")>();
  return { LIMITS: { ...LIMITS, decodedSamples: seen.limit } };
});
vi.mock("@wasm-audio-decoders/flac", async (original) => {
  const actual = await original<typeof import("@wasm-audio-decoders/flac")>();
  class FLACDecoder extends actual.FLACDecoder {
    constructor() {
      super();
      const decode = this.decode.bind(this);
      this.decode = async (bytes) => {
        const decoded = await decode(bytes);
        seen.samples += decoded.samplesDecoded * decoded.channelData.length;
        return decoded;
      };
    }
  }
  return { ...actual, FLACDecoder };
});

const ffmpeg = await systemFfmpeg();
const decodeMaster = (format: MasterFormat, bytes: Uint8Array, path: string) =>
  collect(masterBlocks({ ...bytesSource(bytes), format, path, id3Bytes: 0 }, workshopWith(ffmpeg)));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "segue-hostile-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function crc(bytes: readonly number[], width: 8 | 16, polynomial: number): number {
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit++)
      value = (value >> (width - 1)) & 1 ? (value << 1) ^ polynomial : value << 1;
    value &= 2 ** width - 1;
  }
  return value;
}

/** Stereo silence: each frame is 65 535 samples per channel in 17 bytes or a few more. */
function flacBomb(frames: number): Uint8Array {
  const bytes = [...Buffer.from("fLaC"), 0x80, 0, 0, 34, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0];
  bytes.push(0x0a, 0xc4, 0x42, 0xf0, ...Array<number>(20).fill(0));
  for (let index = 0; index < frames; index++) {
    const number =
      index < 128
        ? [index]
        : index < 2048
          ? [0xc0 | (index >> 6), 0x80 | (index & 63)]
          : [0xe0 | (index >> 12), 0x80 | ((index >> 6) & 63), 0x80 | (index & 63)];
    const header = [0xff, 0xf8, 0x79, 0x18, ...number, 0xff, 0xfe];
    const frame = [...header, crc(header, 8, 0x07), 0, 0, 0, 0, 0, 0];
    const check = crc(frame, 16, 0x8005);
    bytes.push(...frame, check >> 8, check & 255);
  }
  return Uint8Array.from(bytes);
}

describe("hostile masters", () => {
  it("stops a FLAC bomb before it has unfolded", async () => {
    const bomb = flacBomb(1200);
    await expect(decodeMaster("flac", bomb, "bomb.flac")).rejects.toMatchObject({ reason: "too_long" });
    expect(seen.samples).toBeGreaterThan(seen.limit);
    expect(seen.samples).toBeLessThan(40_000_000);
  });

  it.skipIf(!ffmpeg)("follows no playlist that pretends to be a song", async () => {
    writeFileSync(join(folder, "inner.wav"), encodeWav(tone(1, 440, 0.4, 44_100), "int16"));
    const bytes = Buffer.from("ID3\x04\0\0\0\0\0\0ffconcat version 1.0\nfile inner.wav\n", "latin1");
    const path = join(folder, "song.mp3");
    writeFileSync(path, bytes);
    await expect(decodeMaster("mp3", bytes, path)).rejects.toMatchObject({ name: "MasterRejected" });
  });

  it.skipIf(!ffmpeg).each([
    ["mp3", "real.mp3"],
    ["mp4", "real.m4a"],
    ["aac", "real.aac"],
    ["aiff", "real.aiff"],
    ["wavpack", "real.wv"],
  ] as const)("still decodes %s", async (format, name) => {
    const path = join(folder, name);
    execFileSync(ffmpeg!.command, ["-v", "error", "-y", "-f", "lavfi", "-i", "sine=d=1:r=44100", path]);
    expect((await decodeMaster(format, new Uint8Array(), path)).sampleRate).toBe(44_100);
  });

  it("does not follow a link that took a file's place after the scan", async () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), "segue-outside-")));
    const song = encodeWav(tone(0.5, 440, 0.4, 44_100), "int16");
    writeFileSync(join(outside, "private.wav"), song);
    symlinkSync(join(outside, "private.wav"), join(folder, "swapped.wav"));
    symlinkSync(outside, join(folder, "album"));
    for (const path of ["swapped.wav", "album/private.wav"])
      await expect(openMaster(folder, path, NO_SIGNS)).rejects.toMatchObject({ reason: "unreadable" });
    writeFileSync(join(folder, "own.wav"), song);
    const contentHash = createHash("sha256").update(song).digest("hex");
    const own = await openMaster(folder, "own.wav", NO_SIGNS);
    expect(own).toMatchObject({ contentHash });
    await own.close();
    rmSync(outside, { recursive: true });
  });
});
