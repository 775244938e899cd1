import { randomBytes } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Writable } from "node:stream";
import type { AacTier } from "@segue/core";
import { ffmpegStream, startFfmpeg } from "../read/ffmpeg";
import { MasterRejected } from "../read/master-rejected";
import { frameCount, type Pcm, sanitize } from "../read/pcm";
import type { Workshop } from "../read/workshop";
import type { Encoder } from "./encoder";
import type { Spool, SpooledBytes } from "./spool";

/** What `openAac` needs to know. */
export interface AacOptions {
  readonly tier: AacTier;
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  /** Written into the file, so that equal audio of two tracks makes two files. */
  readonly serial: number;
}

/** Frames of silence that ffmpeg's AAC encoder puts in front; a test measures it. */
const ENCODER_DELAY = 1024;

/**
 * Starts to encode AAC-LC in a fast-start MP4 through ffmpeg into `spool`, which it takes over. The trims come from counting what a decoder gives
 * without looking at the edit list, so they hold for every decoder that starts at the first packet.
 * @throws MasterRejected `needs_ffmpeg`
 */
export function openAac(options: AacOptions, spool: Spool, workshop: Workshop): Encoder {
  const { tier, sampleRate, channels } = options;
  const file = join(workshop.folder, `${process.pid}.${randomBytes(8).toString("hex")}.m4a.tmp`);
  const raw = ["-f", "f32le", "-ar", String(sampleRate), "-ac", String(channels)];
  const args = ["-protocol_whitelist", "pipe", ...raw, "-i", "pipe:0", "-map_metadata", "-1"];
  args.push("-metadata", `comment=${options.serial.toString(16)}`, "-c:a", "aac", "-b:a", `${tier}k`);
  args.push(
    "-fflags",
    "+bitexact",
    "-flags:a",
    "+bitexact",
    "-movflags",
    "+faststart",
    "-f",
    "mp4",
    "-y",
    file,
  );
  const child = startFfmpeg({ args, input: true }, workshop);
  child.stdout.resume();
  let totalFrames = 0;
  return {
    async write(block) {
      totalFrames += frameCount(block);
      if (!child.stdin!.write(interleave(sanitize(block)))) await drained(child.stdin!);
    },
    async finish() {
      child.stdin!.end();
      try {
        await child.done;
        const trimEndFrames = (await decodedFrames(file, channels, workshop)) - totalFrames - ENCODER_DELAY;
        if (trimEndFrames < 0)
          throw new MasterRejected("failed", "The encoded stream is shorter than its source.");
        const bytes = await respool(file, spool);
        const trims = { trimStartFrames: ENCODER_DELAY, trimEndFrames, totalFrames };
        return { bytes, sampleRateHz: sampleRate, channels, ...trims };
      } finally {
        await rm(file, { force: true });
      }
    },
    async abandon() {
      child.stop();
      await child.done.catch(() => {});
      await rm(file, { force: true });
      await spool.discard();
    },
  };
}

/** Resolves when `stream` takes more, or nothing any more: then the program's end says why. */
function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) return resolve();
    const done = () => {
      stream.off("drain", done).off("close", done);
      resolve();
    };
    stream.on("drain", done).on("close", done);
  });
}

function interleave({ channels }: Pcm): Uint8Array {
  const count = channels.length;
  const samples = new Float32Array(channels[0]!.length * count);
  channels.forEach((channel, index) => {
    for (let i = 0, at = index; i < channel.length; i++, at += count) samples[at] = channel[i]!;
  });
  return new Uint8Array(samples.buffer);
}

async function decodedFrames(file: string, channels: number, workshop: Workshop): Promise<number> {
  const args = ["-protocol_whitelist", "file", "-ignore_editlist", "1", "-flags2", "+skip_manual"];
  args.push("-f", "mov", "-i", `file:${file}`, "-c:a", "pcm_f32le", "-f", "f32le", "pipe:1");
  let bytes = 0;
  for await (const chunk of ffmpegStream({ args }, workshop)) bytes += chunk.length;
  return bytes / (4 * channels);
}

/** MP4 is written with seeking, so that it is read once more to be hashed. */
async function respool(file: string, spool: Spool): Promise<SpooledBytes> {
  const handle = await open(file, "r");
  try {
    for await (const chunk of handle.createReadStream({ autoClose: false }))
      await spool.append(chunk as Buffer);
  } finally {
    await handle.close();
  }
  return spool.finish();
}
