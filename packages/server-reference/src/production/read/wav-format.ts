import { checkShape } from "./bounds";
import { MasterRejected } from "./master-rejected";
import type { Pcm } from "./pcm";

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

/** What the samples of a WAVE file are. */
export interface WavFormat {
  readonly kind: typeof PCM | typeof FLOAT;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
}

/** Bytes of a frame. */
export const strideOf = (format: WavFormat) => (format.bits / 8) * format.channels;

/** Reads a format chunk of `size` bytes whose body lies at `at`. @throws MasterRejected */
export function readFormat(view: DataView, at: number, size: number): WavFormat {
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

/** Takes whole frames apart. */
export function readSamples(bytes: Uint8Array, format: WavFormat): Pcm {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = format.bits / 8;
  const stride = strideOf(format);
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
