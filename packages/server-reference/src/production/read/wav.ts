import { type ByteSource, bytesSource } from "./byte-source";
import { LIMITS } from "./limits";
import { MasterRejected } from "./master-rejected";
import { collect, type Pcm } from "./pcm";

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

interface WavFormat {
  readonly kind: typeof PCM | typeof FLOAT;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
}

/** Where the samples of a WAVE file lie and what they are. */
interface WavLayout {
  readonly format: WavFormat;
  readonly start: number;
  readonly size: number;
}

/** Bytes that hold a chunk's head and, for the format chunk, its body. */
const HEAD_BYTES = 8 + 40;
/** Bytes of samples that are read at a time. */
const READ_BYTES = 1 << 20;

/**
 * Decodes RIFF/WAVE block by block: integer PCM of 8, 16, 24 and 32 bits, float of 32 and 64 bits, plain or
 * extensible. A data chunk that promises more than the file holds is a truncation; one of unknown length (0 or all
 * ones, as written by streaming encoders) reaches to the end of the file.
 * @throws MasterRejected
 */
export async function* wavBlocks(source: ByteSource): AsyncGenerator<Pcm> {
  const { format, start, size } = await readLayout(source);
  const stride = (format.bits / 8) * format.channels;
  const frames = Math.floor(size / stride);
  checkFrames(frames, format.channels, format.sampleRate);
  const step = Math.max(1, Math.floor(READ_BYTES / stride)) * stride;
  const end = start + frames * stride;
  for (let at = start; at < end; at += step)
    yield readSamples(await source.read(at, Math.min(step, end - at)), format);
}

/** Decodes a whole WAVE file. @throws MasterRejected */
export function decodeWav(bytes: Uint8Array): Promise<Pcm> {
  return collect(wavBlocks(bytesSource(bytes)));
}

async function readLayout(source: ByteSource): Promise<WavLayout> {
  let format: WavFormat | undefined;
  let at = 12;
  for (let chunks = 0; at + 8 <= source.byteLength && chunks < 10_000; chunks++) {
    const head = await source.read(at, HEAD_BYTES);
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const id = view.getUint32(0, false);
    const size = view.getUint32(4, true);
    const body = at + 8;
    if (id === 0x666d7420) format = readFormat(view, 8, size);
    else if (id === 0x64617461) {
      if (!format) throw new MasterRejected("corrupt", "The data comes before its format.");
      const rest = source.byteLength - body;
      const isOpenEnded = size === 0xffffffff || (size === 0 && rest > 0);
      if (!isOpenEnded && size > rest)
        throw new MasterRejected("truncated", `${size - rest} bytes are missing.`);
      return { format, start: body, size: isOpenEnded ? rest : size };
    }
    at = body + size + (size & 1);
  }
  throw new MasterRejected("corrupt", "There is no audio data.");
}

/** Where the samples of a WAVE stream begin, null when `bytes` do not reach that far. @throws MasterRejected */
export function streamedWavHead(
  bytes: Uint8Array,
): { readonly start: number; readonly channels: number; readonly sampleRate: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = view.getUint32(at, false);
    const size = view.getUint32(at + 4, true);
    if (id === 0x64617461) return format ? { ...format, start: at + 8 } : null;
    if (id === 0x666d7420 && at + 48 <= bytes.length) format = readFormat(view, at + 8, size);
    at += 8 + size + (size & 1);
  }
  return null;
}

function readFormat(view: DataView, at: number, size: number): WavFormat {
  if (size < 16 || at + Math.min(size, 40) > view.byteLength)
    throw new MasterRejected("corrupt", "The format chunk is too short.");
  let kind = view.getUint16(at, true);
  const channels = view.getUint16(at + 2, true);
  const sampleRate = view.getUint32(at + 4, true);
  const blockAlign = view.getUint16(at + 12, true);
  const bits = view.getUint16(at + 14, true);
  if (kind === EXTENSIBLE) {
    if (size < 40) throw new MasterRejected("corrupt", "The extensible format chunk is too short.");
    kind = view.getUint16(at + 24, true);
  }
  if (kind !== PCM && kind !== FLOAT) throw new MasterRejected("unsupported", `WAVE format ${kind}.`);
  const widths = kind === PCM ? [8, 16, 24, 32] : [32, 64];
  if (!widths.includes(bits)) throw new MasterRejected("unsupported", `${bits} bits per sample.`);
  checkShape(channels, sampleRate);
  if (blockAlign !== (channels * bits) / 8)
    throw new MasterRejected("corrupt", "The frame size does not fit the format.");
  return { kind, channels, sampleRate, bits };
}

/** @throws MasterRejected when channels or sample rate are out of bounds. */
export function checkShape(channels: number, sampleRate: number): void {
  if (!(channels >= 1 && channels <= LIMITS.channels))
    throw new MasterRejected("channels", `It has ${channels}.`);
  if (!(sampleRate >= LIMITS.minSampleRateHz && sampleRate <= LIMITS.maxSampleRateHz)) {
    throw new MasterRejected("sample_rate", `It is ${sampleRate} Hz.`);
  }
}

/** @throws MasterRejected when the audio is too short, too long, or too much to decode. */
export function checkFrames(frames: number, channels: number, sampleRate: number): void {
  if (frames < LIMITS.minFrames) throw new MasterRejected("too_short", `It has ${frames} frames.`);
  if (frames / sampleRate > LIMITS.durationSeconds || frames * channels > LIMITS.decodedSamples) {
    throw new MasterRejected("too_long", `It lasts ${Math.round(frames / sampleRate)} s.`);
  }
}

/** Takes whole frames apart. */
function readSamples(bytes: Uint8Array, format: WavFormat): Pcm {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = format.bits / 8;
  const stride = width * format.channels;
  const frames = Math.floor(bytes.length / stride);
  const read = reader(view, format);
  const channels = Array.from({ length: format.channels }, (_, channel) => {
    const samples = new Float32Array(frames);
    let at = channel * width;
    for (let i = 0; i < frames; i++, at += stride) samples[i] = read(at);
    return samples;
  });
  return { sampleRate: format.sampleRate, channels };
}

function reader(view: DataView, { kind, bits }: WavFormat): (at: number) => number {
  if (kind === FLOAT)
    return bits === 32 ? (at) => view.getFloat32(at, true) : (at) => view.getFloat64(at, true);
  if (bits === 8) return (at) => (view.getUint8(at) - 128) / 128;
  if (bits === 16) return (at) => view.getInt16(at, true) / 32_768;
  if (bits === 24) return (at) => (view.getInt8(at + 2) * 65_536 + view.getUint16(at, true)) / 8_388_608;
  return (at) => view.getInt32(at, true) / 2_147_483_648;
}

/** Writes `pcm` as 16-bit or 32-bit float WAVE. */
export function encodeWav(pcm: Pcm, sample: "int16" | "float32" = "float32"): Uint8Array {
  const frames = pcm.channels[0]?.length ?? 0;
  const width = sample === "int16" ? 2 : 4;
  const stride = width * pcm.channels.length;
  const bytes = new Uint8Array(44 + frames * stride);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string) => {
    for (let i = 0; i < value.length; i++) bytes[at + i] = value.charCodeAt(i);
  };
  text(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, sample === "int16" ? PCM : FLOAT, true);
  view.setUint16(22, pcm.channels.length, true);
  view.setUint32(24, pcm.sampleRate, true);
  view.setUint32(28, pcm.sampleRate * stride, true);
  view.setUint16(32, stride, true);
  view.setUint16(34, width * 8, true);
  text(36, "data");
  view.setUint32(40, frames * stride, true);
  pcm.channels.forEach((channel, index) => {
    for (let i = 0; i < frames; i++) {
      const at = 44 + i * stride + index * width;
      if (width === 4) view.setFloat32(at, channel[i]!, true);
      else view.setInt16(at, Math.max(-32_768, Math.min(32_767, Math.round(channel[i]! * 32_768))), true);
    }
  });
  return bytes;
}
