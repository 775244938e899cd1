import { FLACDecoder } from "@wasm-audio-decoders/flac";
import { OggVorbisDecoder } from "@wasm-audio-decoders/ogg-vorbis";
import { runFfmpeg } from "./ffmpeg";
import { LIMITS } from "./limits";
import { MasterRejected } from "./master-rejected";
import type { Pcm } from "./pcm";
import { id3Length, type MasterFormat } from "./sniff";
import { checkFrames, checkShape, decodeWav } from "./wav";

/**
 * Decodes a master that was sniffed as `format`. `path` is read again only by ffmpeg, for the formats that need it.
 * @throws MasterRejected
 */
export async function decodeMaster(format: MasterFormat, bytes: Uint8Array, path: string): Promise<Pcm> {
  const pcm = await decodeAs(format, bytes, path);
  checkShape(pcm.channels.length, pcm.sampleRate);
  checkFrames(pcm.channels[0]!.length, pcm.channels.length, pcm.sampleRate);
  return pcm;
}

function decodeAs(format: MasterFormat, bytes: Uint8Array, path: string): Promise<Pcm> | Pcm {
  if (format === "wav") return decodeWav(bytes);
  if (format === "flac") return decodeFlac(bytes.subarray(id3Length(bytes)));
  if (format === "vorbis") return decodeVorbis(bytes);
  return decodeWithFfmpeg(path, DEMUXER[format]);
}

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

/** Bytes of a piece. A few bytes of FLAC unfold into 65 535 frames, so that a piece may be 65 000 times as long decoded. */
const STEP = 4 * 1024;

interface StreamDecoder {
  readonly ready: Promise<void>;
  decode(data: Uint8Array): Promise<Decoded>;
  flush(): Promise<Decoded>;
  free(): void;
}
interface Decoded {
  readonly channelData: Float32Array[];
  readonly sampleRate: number;
  readonly samplesDecoded: number;
  readonly errors: readonly { readonly message: string }[];
}

/** Feeds a decoder piece by piece, so that a small file that unfolds into a huge one is stopped on the way. */
async function decodeStream(decoder: StreamDecoder, bytes: Uint8Array): Promise<Pcm> {
  const parts: Float32Array[][] = [];
  let frames = 0;
  let sampleRate = 0;
  let channels = 0;
  const take = (decoded: Decoded) => {
    if (decoded.errors.length > 0)
      throw new MasterRejected("corrupt", decoded.errors[0]!.message.slice(0, 200));
    if (decoded.samplesDecoded === 0) return;
    sampleRate ||= decoded.sampleRate;
    channels ||= decoded.channelData.length;
    if (decoded.sampleRate !== sampleRate || decoded.channelData.length !== channels) {
      throw new MasterRejected("unsupported", "The stream changes its shape.");
    }
    checkShape(channels, sampleRate);
    frames += decoded.samplesDecoded;
    if (frames * channels > LIMITS.decodedSamples) throw new MasterRejected("too_long");
    parts.push(decoded.channelData.map((data) => data.slice(0, decoded.samplesDecoded)));
  };
  try {
    await decoder.ready;
    for (let at = 0; at < bytes.length; at += STEP) take(await decoder.decode(bytes.subarray(at, at + STEP)));
    take(await decoder.flush());
  } catch (error) {
    if (error instanceof MasterRejected) throw error;
    throw new MasterRejected("corrupt");
  } finally {
    decoder.free();
  }
  if (frames === 0) throw new MasterRejected("corrupt", "Nothing could be decoded.");
  return {
    sampleRate,
    channels: Array.from({ length: channels }, (_, channel) => join(parts, channel, frames)),
  };
}

function join(parts: readonly Float32Array[][], channel: number, frames: number): Float32Array {
  const joined = new Float32Array(frames);
  let at = 0;
  for (const part of parts) {
    joined.set(part[channel]!, at);
    at += part[channel]!.length;
  }
  return joined;
}

/** Decodes Ogg Vorbis. @throws MasterRejected */
export function decodeVorbis(bytes: Uint8Array): Promise<Pcm> {
  return decodeStream(new OggVorbisDecoder(), bytes);
}

/** Decodes FLAC and checks the frame count that its header promises. @throws MasterRejected */
export async function decodeFlac(bytes: Uint8Array): Promise<Pcm> {
  const promised = flacFrames(bytes);
  const pcm = await decodeStream(new FLACDecoder(), bytes);
  const frames = pcm.channels[0]!.length;
  if (promised > 0 && frames < promised)
    throw new MasterRejected("truncated", `${promised - frames} frames are missing.`);
  return pcm;
}

/** Total frames of a FLAC stream's header, 0 when unknown. Checks the header's shape before anything is decoded. */
function flacFrames(bytes: Uint8Array): number {
  if (bytes.length < 42) throw new MasterRejected("truncated");
  if ((bytes[4]! & 127) !== 0) throw new MasterRejected("corrupt", "The stream has no header.");
  const info = bytes.subarray(8, 42);
  const sampleRate = (info[10]! << 12) | (info[11]! << 4) | (info[12]! >> 4);
  const channels = ((info[12]! >> 1) & 7) + 1;
  const frames =
    (info[13]! & 15) * 2 ** 32 + ((info[14]! << 24) >>> 0) + (info[15]! << 16) + (info[16]! << 8) + info[17]!;
  checkShape(channels, sampleRate);
  if (frames > 0) checkFrames(frames, channels, sampleRate);
  return frames;
}

async function decodeWithFfmpeg(path: string, demuxer: string): Promise<Pcm> {
  const args = [
    "-protocol_whitelist",
    "file",
    "-f",
    demuxer,
    "-i",
    `file:${path}`,
    "-map",
    "0:a:0",
    "-vn",
    "-sn",
    "-dn",
  ];
  args.push("-t", String(LIMITS.durationSeconds + 1), "-c:a", "pcm_f32le", "-f", "wav", "pipe:1");
  return decodeWav(await runFfmpeg({ args, maxBytes: LIMITS.decodedSamples * 4 }));
}
