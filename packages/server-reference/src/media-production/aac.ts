import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runFfmpeg } from "./ffmpeg";
import { MasterRejected } from "./master-rejected";
import { frameCount, type Pcm, sanitize, toStereo } from "./pcm";
import { resample } from "./resample";
import type { Encoded } from "./vorbis";
import { decodeWav, encodeWav } from "./wav";

/** Nominal bitrates in kbps. */
export const AAC_TIERS = [128, 256] as const;
export type AacTier = (typeof AAC_TIERS)[number];

/**
 * Encodes AAC-LC in a fast-start MP4 through ffmpeg. The trims come from counting what a decoder gives without
 * looking at the edit list, so they hold for every decoder that starts at the first packet.
 * @throws MasterRejected `needs_ffmpeg`, or `failed` when the counted frames do not cover the source.
 */
export async function encodeAac(pcm: Pcm, tier: AacTier, rate: number): Promise<Encoded> {
  const shaped = resample(toStereo(pcm), rate);
  const source = sanitize({ sampleRate: rate, channels: shaped.channels.map((channel) => channel.slice()) });
  const folder = await mkdtemp(join(tmpdir(), "segue-aac-"));
  const file = join(folder, "out.m4a");
  try {
    const encode = [
      "-protocol_whitelist",
      "pipe",
      "-f",
      "wav",
      "-i",
      "pipe:0",
      "-map_metadata",
      "-1",
      "-c:a",
      "aac",
    ];
    encode.push(
      "-b:a",
      `${tier}k`,
      "-fflags",
      "+bitexact",
      "-flags:a",
      "+bitexact",
      "-movflags",
      "+faststart",
      "-y",
      file,
    );
    await runFfmpeg({ args: encode, maxBytes: 1024, input: encodeWav(source) });
    const decode = [
      "-protocol_whitelist",
      "file",
      "-ignore_editlist",
      "1",
      "-flags2",
      "+skip_manual",
      "-i",
      `file:${file}`,
    ];
    decode.push("-c:a", "pcm_f32le", "-f", "wav", "pipe:1");
    const totalFrames = frameCount(source);
    const decoded = decodeWav(await runFfmpeg({ args: decode, maxBytes: (totalFrames + 1_000_000) * 8 }));
    const trimStartFrames = ENCODER_DELAY;
    const trimEndFrames = frameCount(decoded) - totalFrames - trimStartFrames;
    if (trimEndFrames < 0)
      throw new MasterRejected("failed", "The encoded stream is shorter than its source.");
    return {
      bytes: new Uint8Array(await readFile(file)),
      sampleRateHz: rate,
      channels: source.channels.length === 1 ? 1 : 2,
      trimStartFrames,
      trimEndFrames,
      totalFrames,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Frames of silence that ffmpeg's AAC encoder puts in front; a test measures it. */
const ENCODER_DELAY = 1024;
