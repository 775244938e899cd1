import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TIERS } from "@segue/core";
import { describe, expect, it } from "vitest";
import { ffmpegStream } from "../read/ffmpeg";
import { decodeVorbis } from "../read/ogg-vorbis";
import { frameCount, type Pcm, toMono } from "../read/pcm";
import { resample } from "../read/resample";
import { decodeWav } from "../read/wav";
import { encodeAac, encodeVorbis, systemFfmpeg, workshopWith } from "../testing/encode";
import { noise } from "../testing/sound";
import { houseRate } from "./shape";

const ffmpeg = await systemFfmpeg();

/** Offset in frames at which `b` fits `a` best. */
function offsetOf(a: Float32Array, b: Float32Array, range: number): number {
  let best = 0;
  let score = Number.NEGATIVE_INFINITY;
  for (let shift = -range; shift <= range; shift++) {
    let sum = 0;
    for (let i = 4000; i < 8000; i++) sum += a[i]! * (b[i + shift] ?? 0);
    if (sum > score) {
      score = sum;
      best = shift;
    }
  }
  return best;
}

/** A sound with one clear alignment: noise under a slow swell. */
function sound(frames: number): Pcm {
  const pcm = resample(noise(Math.ceil(frames / 4), 0.5), 176_400);
  return { sampleRate: 44_100, channels: pcm.channels.map((channel) => channel.slice(0, frames)) };
}

describe("Ogg Vorbis renditions", () => {
  it.each(TIERS.vorbis)("at %i kbps hold exactly the frames of the source, in place", async (tier) => {
    const pcm = sound(30_001);
    const encoded = await encodeVorbis(pcm, tier, 77);
    const decoded = await decodeVorbis(encoded.bytes);
    expect(encoded.totalFrames).toBe(tier === 24 ? 15_001 : 30_001);
    expect(encoded.trimStartFrames + encoded.totalFrames + encoded.trimEndFrames).toBe(frameCount(decoded));
    expect([encoded.sampleRateHz, encoded.channels]).toEqual(tier === 24 ? [22_050, 1] : [44_100, 2]);
    const source = tier === 24 ? resample({ sampleRate: 44_100, channels: [toMono(pcm)] }, 22_050) : pcm;
    expect(offsetOf(source.channels[0]!, decoded.channels[0]!, 40)).toBe(0);
  });

  it("are the same bytes for the same input", async () => {
    const first = await encodeVorbis(sound(20_000), 96, 5);
    const second = await encodeVorbis(sound(20_000), 96, 5);
    expect(Buffer.compare(first.bytes, second.bytes)).toBe(0);
  });

  it("keep 44.1 and 48 kHz, and bring the others to one of them", () => {
    expect([44_100, 48_000, 96_000, 88_200, 8_000, 22_050, 32_000].map(houseRate)).toEqual([
      44_100, 48_000, 48_000, 44_100, 48_000, 44_100, 44_100,
    ]);
  });
});

describe.skipIf(!ffmpeg)("AAC renditions", () => {
  it("start at the recorded trim and end at the recorded trim", async () => {
    const pcm = sound(30_001);
    const encoded = await encodeAac(pcm, 128, ffmpeg);
    const folder = await mkdtemp(join(tmpdir(), "segue-test-"));
    const file = join(folder, "a.m4a");
    await writeFile(file, encoded.bytes);
    const args = [
      "-ignore_editlist",
      "1",
      "-flags2",
      "+skip_manual",
      "-i",
      file,
      "-c:a",
      "pcm_f32le",
      "-f",
      "wav",
      "pipe:1",
    ];
    const parts: Uint8Array[] = [];
    for await (const part of ffmpegStream({ args }, workshopWith(ffmpeg))) parts.push(part);
    const decoded = await decodeWav(new Uint8Array(Buffer.concat(parts)));
    await rm(folder, { recursive: true });
    expect(frameCount(decoded)).toBe(encoded.trimStartFrames + 30_001 + encoded.trimEndFrames);
    const trimmed = decoded.channels[0]!.subarray(encoded.trimStartFrames);
    expect(offsetOf(pcm.channels[0]!, trimmed, 40)).toBe(0);
    const text = Buffer.from(encoded.bytes).toString("latin1");
    expect(text.indexOf("moov")).toBeLessThan(text.indexOf("mdat"));
  });
});
