import type { Hertz } from "@segue/core";
import type { Pcm } from "./pcm";

const ZERO_CROSSINGS = 24;
const PHASES = 512;

/**
 * Resamples with a windowed sinc (Kaiser, about -90 dB). Frame 0 stays at frame 0; the result has
 * round(frames × target / source) frames.
 */
export function resample(pcm: Pcm, target: Hertz): Pcm {
  if (pcm.sampleRate === target) return pcm;
  const ratio = target / pcm.sampleRate;
  const table = kernel(Math.min(1, ratio));
  return {
    sampleRate: target,
    channels: pcm.channels.map((channel) => resampleChannel(channel, ratio, table)),
  };
}

interface Kernel {
  readonly half: number;
  readonly taps: Float32Array;
}

/** A sinc that cuts at `cutoff` × the source's Nyquist frequency, sampled at PHASES points between two frames. */
function kernel(cutoff: number): Kernel {
  const scaled = cutoff * 0.96;
  const half = Math.ceil(ZERO_CROSSINGS / scaled);
  const width = half * 2;
  const taps = new Float32Array((PHASES + 1) * width);
  const norm = bessel(9);
  for (let phase = 0; phase <= PHASES; phase++) {
    let sum = 0;
    for (let tap = 0; tap < width; tap++) {
      const x = tap - half + 1 - phase / PHASES;
      const edge = x / half;
      const window = Math.abs(edge) >= 1 ? 0 : bessel(9 * Math.sqrt(1 - edge * edge)) / norm;
      const angle = Math.PI * x * scaled;
      const value = window * scaled * (Math.abs(angle) < 1e-9 ? 1 : Math.sin(angle) / angle);
      taps[phase * width + tap] = value;
      sum += value;
    }
    for (let tap = 0; tap < width; tap++) taps[phase * width + tap]! /= sum;
  }
  return { half, taps };
}

function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 40; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function resampleChannel(source: Float32Array, ratio: number, { half, taps }: Kernel): Float32Array {
  const out = new Float32Array(Math.max(1, Math.round(source.length * ratio)));
  const width = half * 2;
  for (let i = 0; i < out.length; i++) {
    const position = i / ratio;
    const frame = Math.floor(position);
    const row = Math.round((position - frame) * PHASES) * width;
    const first = frame - half + 1;
    const from = Math.max(0, -first);
    const to = Math.min(width, source.length - first);
    let sum = 0;
    for (let tap = from; tap < to; tap++) sum += source[first + tap]! * taps[row + tap]!;
    out[i] = sum;
  }
  return out;
}
