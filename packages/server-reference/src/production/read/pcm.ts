import type { Frames, Hertz } from "@segue/core";

/** Decoded audio: one array per channel, all of the same length, samples nominally from -1 to 1. */
export interface Pcm {
  readonly sampleRate: Hertz;
  readonly channels: readonly Float32Array[];
}

/** A track that can be read from its start more than once, in blocks of one shape. */
export type PcmSource = () => AsyncIterable<Pcm>;

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

/** Joins blocks that belong together. Only for what is known to be short. */
export async function collect(blocks: AsyncIterable<Pcm> | Iterable<Pcm>): Promise<Pcm> {
  const parts: Pcm[] = [];
  for await (const block of blocks) parts.push(block);
  return joinBlocks(parts);
}

/** Joins blocks that follow each other. */
export function joinBlocks(parts: readonly Pcm[]): Pcm {
  const frames = parts.reduce((sum, part) => sum + frameCount(part), 0);
  const channels = Array.from({ length: parts[0]?.channels.length ?? 0 }, (_, channel) => {
    const joined = new Float32Array(frames);
    let at = 0;
    for (const part of parts) {
      joined.set(part.channels[channel]!, at);
      at += frameCount(part);
    }
    return joined;
  });
  return { sampleRate: parts[0]?.sampleRate ?? 44_100, channels };
}

/** Frames of a block: what passes through decoders, meters and encoders at a time. */
export const BLOCK_FRAMES = 2 ** 16;

/** Cuts and joins blocks to about BLOCK_FRAMES each. */
export async function* reblock(blocks: AsyncIterable<Pcm>): AsyncGenerator<Pcm> {
  let waiting: Pcm[] = [];
  let frames = 0;
  for await (const block of blocks) {
    waiting.push(block);
    frames += frameCount(block);
    if (frames < BLOCK_FRAMES) continue;
    yield* cutUp(waiting.length === 1 ? block : joinBlocks(waiting));
    waiting = [];
    frames = 0;
  }
  if (frames > 0) yield* cutUp(joinBlocks(waiting));
}

/** `pcm` in blocks. */
export function* cutUp(pcm: Pcm): Generator<Pcm> {
  const frames = frameCount(pcm);
  if (frames <= 2 * BLOCK_FRAMES) yield pcm;
  else {
    for (let at = 0; at < frames; at += BLOCK_FRAMES) {
      const channels = pcm.channels.map((channel) => channel.subarray(at, at + BLOCK_FRAMES));
      yield { sampleRate: pcm.sampleRate, channels };
    }
  }
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

/** A copy in which samples that are no number are silence and the others lie within ±1, as encoders demand. */
export function sanitize(pcm: Pcm): Pcm {
  const channels = pcm.channels.map((source) => {
    const channel = source.slice();
    for (let i = 0; i < channel.length; i++) {
      const value = channel[i]!;
      if (value > 1) channel[i] = 1;
      else if (value < -1) channel[i] = -1;
      else if (Number.isNaN(value)) channel[i] = 0;
    }
    return channel;
  });
  return { sampleRate: pcm.sampleRate, channels };
}
