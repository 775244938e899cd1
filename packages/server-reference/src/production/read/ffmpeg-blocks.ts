import { ffmpegStream } from "./ffmpeg";
import { LIMITS } from "./limits";
import type { Pcm } from "./pcm";
import type { MasterFormat } from "./sniff";
import { wavStream } from "./wav-stream";
import type { Workshop } from "./workshop";

/** What ffmpeg may take a file for. Left to itself it takes a playlist behind an ID3 tag for what it is, and follows it. */
const DEMUXER = {
  opus: "ogg",
  mp3: "mp3",
  mp4: "mov",
  aac: "aac",
  aiff: "aiff",
  wma: "asf",
  wavpack: "wv",
} as const satisfies Partial<Record<MasterFormat, string>>;

/** Decodes what only ffmpeg understands; one pass of it gives shape and samples. @throws MasterRejected */
export function ffmpegBlocks(
  format: keyof typeof DEMUXER,
  path: string,
  workshop: Workshop,
): AsyncGenerator<Pcm> {
  const args = ["-protocol_whitelist", "file", "-f", DEMUXER[format], "-i", `file:${path}`, "-map", "0:a:0"];
  args.push("-vn", "-sn", "-dn", "-t", String(LIMITS.durationSeconds + 1));
  args.push("-c:a", "pcm_f32le", "-f", "wav", "pipe:1");
  return wavStream(ffmpegStream({ args }, workshop));
}
