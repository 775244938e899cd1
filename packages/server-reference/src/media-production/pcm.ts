import type { Frames, Hertz } from "@segue/core";

/** Decoded audio: one array per channel, all of the same length, samples nominally from -1 to 1. */
export interface Pcm {
  readonly sampleRate: Hertz;
  readonly channels: readonly Float32Array[];
}

/** Frames of `pcm`. */
export function frameCount(pcm: Pcm): Frames {
  return pcm.channels[0]?.length ?? 0;
}

/** The mean of all channels. */
export function toMono(pcm: Pcm): Float32Array {
  const count = pcm.channels.length;
  if (count === 1) return pcm.channels[0]!;
  const mono = new Float32Array(frameCount(pcm));
  for (const channel of pcm.channels) for (let i = 0; i < mono.length; i++) mono[i]! += channel[i]! / count;
  return mono;
}

const HALF = Math.SQRT1_2;

/**
 * At most two channels. Surround masters (in WAVE order: left, right, center, low frequency, surrounds) fold down
 * with the center and the surrounds at -3 dB and without the low-frequency channel, scaled so that it cannot clip.
 */
export function toStereo(pcm: Pcm): Pcm {
  const [left, right, ...rest] = pcm.channels;
  if (!left || !right || rest.length === 0) return pcm;
  const out = [left.slice(), right.slice()] as const;
  let weight = 1;
  rest.forEach((channel, index) => {
    const position = index + 2;
    const isLowFrequency = position === 3 && pcm.channels.length >= 6;
    if (isLowFrequency) return;
    const isCenter = position === 2 && pcm.channels.length !== 4;
    const sides = isCenter ? out : [out[position % 2]!];
    weight += isCenter ? HALF : HALF / 2;
    for (const side of sides) for (let i = 0; i < side.length; i++) side[i]! += channel[i]! * HALF;
  });
  for (const side of out) for (let i = 0; i < side.length; i++) side[i]! /= weight;
  return { sampleRate: pcm.sampleRate, channels: out };
}

/** Replaces samples that are no number by silence and clamps to ±1, in place, as encoders demand. */
export function sanitize(pcm: Pcm): Pcm {
  for (const channel of pcm.channels) {
    for (let i = 0; i < channel.length; i++) {
      const value = channel[i]!;
      if (value > 1) channel[i] = 1;
      else if (value < -1) channel[i] = -1;
      else if (Number.isNaN(value)) channel[i] = 0;
    }
  }
  return pcm;
}
