import { FLACDecoder } from "@wasm-audio-decoders/flac";
import { OggVorbisDecoder } from "@wasm-audio-decoders/ogg-vorbis";
import { reportProgress } from "../../adapters/workers/worker-pool";
import { type ByteSource, bytesSource } from "./byte-source";
import { ffmpegStream } from "./ffmpeg";
import { LIMITS } from "./limits";
import { MasterRejected } from "./master-rejected";
import { collect, frameCount, type Pcm, reblock } from "./pcm";
import { id3Length, type MasterFormat } from "./sniff";
import { checkFrames, checkShape, streamedWavHead, wavBlocks } from "./wav";

/**
 * Decodes a master that was sniffed as `format`, block by block. `path` is read again only by ffmpeg, for the formats
 * that need it.
 * @throws MasterRejected
 */
export async function* masterBlocks(
  format: MasterFormat,
  source: ByteSource,
  path: string,
): AsyncGenerator<Pcm> {
  let frames = 0;
  for await (const block of reblock(decodeAs(format, source, path))) {
    const { channels, sampleRate } = block;
    checkShape(channels.length, sampleRate);
    frames += frameCount(block);
    if (frames > LIMITS.minFrames) checkFrames(frames, channels.length, sampleRate);
    reportProgress();
    yield block;
  }
  if (frames < LIMITS.minFrames) throw new MasterRejected("too_short", `It has ${frames} frames.`);
}

function decodeAs(format: MasterFormat, source: ByteSource, path: string): AsyncGenerator<Pcm> {
  if (format === "wav") return wavBlocks(source);
  if (format === "flac") return flacBlocks(source);
  if (format === "vorbis") return streamBlocks(new OggVorbisDecoder(), source);
  return ffmpegBlocks(path, DEMUXER[format]);
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
const READ = 256 * 1024;

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
async function* streamBlocks(decoder: StreamDecoder, source: ByteSource, from = 0): AsyncGenerator<Pcm> {
  let frames = 0;
  let shape: { readonly sampleRate: number; readonly channels: number } | undefined;
  const read = (decoded: Decoded): Pcm | null => {
    if (decoded.errors.length > 0)
      throw new MasterRejected("corrupt", decoded.errors[0]!.message.slice(0, 200));
    if (decoded.samplesDecoded === 0) return null;
    const channels = decoded.channelData.length;
    shape ??= { sampleRate: decoded.sampleRate, channels };
    if (decoded.sampleRate !== shape.sampleRate || channels !== shape.channels)
      throw new MasterRejected("unsupported", "The stream changes its shape.");
    checkShape(channels, shape.sampleRate);
    frames += decoded.samplesDecoded;
    if (frames > LIMITS.minFrames) checkFrames(frames, channels, shape.sampleRate);
    return {
      sampleRate: shape.sampleRate,
      channels: decoded.channelData.map((data) => data.slice(0, decoded.samplesDecoded)),
    };
  };
  const guarded = async (decoded: Promise<Decoded>) => {
    try {
      return await decoded;
    } catch {
      throw new MasterRejected("corrupt");
    }
  };
  try {
    await decoder.ready;
    // Read in large pieces, decoded in small ones.
    for (let at = from; at < source.byteLength; at += READ) {
      const bytes = await source.read(at, READ);
      for (let i = 0; i < bytes.length; i += STEP) {
        const block = read(await guarded(decoder.decode(bytes.subarray(i, i + STEP))));
        if (block) yield block;
      }
    }
    const last = read(await guarded(decoder.flush()));
    if (last) yield last;
  } finally {
    decoder.free();
  }
  if (frames === 0) throw new MasterRejected("corrupt", "Nothing could be decoded.");
}

/** Decodes Ogg Vorbis. @throws MasterRejected */
export function decodeVorbis(bytes: Uint8Array): Promise<Pcm> {
  return collect(streamBlocks(new OggVorbisDecoder(), bytesSource(bytes)));
}

/** Frames that a decoder gives for Ogg Vorbis that comes in pieces. @throws MasterRejected */
export async function countVorbisFrames(stream: AsyncIterable<Uint8Array>): Promise<number> {
  const decoder = new OggVorbisDecoder();
  try {
    await decoder.ready;
    let frames = 0;
    const take = (decoded: Decoded) => {
      if (decoded.errors.length > 0) throw new MasterRejected("failed", "The encoded stream is damaged.");
      frames += decoded.samplesDecoded;
    };
    for await (const piece of stream) take(await decoder.decode(piece));
    take(await decoder.flush());
    return frames;
  } finally {
    decoder.free();
  }
}

/** Decodes FLAC and checks the frame count that its header promises. @throws MasterRejected */
async function* flacBlocks(source: ByteSource): AsyncGenerator<Pcm> {
  const from = id3Length(await source.read(0, 16));
  const promised = flacFrames(await source.read(from, 42));
  let frames = 0;
  for await (const block of streamBlocks(new FLACDecoder(), source, from)) {
    frames += frameCount(block);
    yield block;
  }
  if (promised > 0 && frames < promised)
    throw new MasterRejected("truncated", `${promised - frames} frames are missing.`);
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

/** Decodes whatever ffmpeg understands; one pass of it gives shape and samples. */
async function* ffmpegBlocks(path: string, demuxer: string): AsyncGenerator<Pcm> {
  const args = ["-protocol_whitelist", "file", "-f", demuxer, "-i", `file:${path}`, "-map", "0:a:0"];
  args.push("-vn", "-sn", "-dn", "-t", String(LIMITS.durationSeconds + 1));
  args.push("-c:a", "pcm_f32le", "-f", "wav", "pipe:1");
  const stream = ffmpegStream({ args });
  let shape: { readonly channels: number; readonly sampleRate: number } | undefined;
  let rest = new Uint8Array(0);
  for await (const chunk of stream) {
    let bytes = joinBytes(rest, chunk);
    if (!shape) {
      const head = streamedWavHead(bytes);
      if (!head && bytes.length < 1 << 16) {
        rest = bytes;
        continue;
      }
      if (!head) throw new MasterRejected("corrupt", "There is no audio data.");
      shape = head;
      bytes = bytes.slice(head.start);
    }
    const whole = bytes.length - (bytes.length % (4 * shape.channels));
    rest = bytes.slice(whole);
    if (whole === 0) continue;
    yield deinterleave(bytes.slice(0, whole), shape.channels, shape.sampleRate);
  }
  if (!shape) throw new MasterRejected("corrupt", "There is no audio data.");
}

function joinBytes(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

function deinterleave(bytes: Uint8Array<ArrayBuffer>, count: number, sampleRate: number): Pcm {
  const samples = new Float32Array(bytes.buffer, 0, bytes.length >> 2);
  const frames = samples.length / count;
  const channels = Array.from({ length: count }, (_, channel) => {
    const out = new Float32Array(frames);
    for (let i = 0, at = channel; i < frames; i++, at += count) out[i] = samples[at]!;
    return out;
  });
  return { sampleRate, channels };
}
