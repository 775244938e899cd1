import type { Frames, Hertz } from "@segue/core";

const HALF_TAPS = 24;
const PHASES = 512;

/** Frames that `frames` frames at `from` become at `to`. */
export function resampledFrames(frames: Frames, from: Hertz, to: Hertz): Frames {
  return Math.ceil((frames * to) / from);
}

/** A windowed sinc, `PHASES` + 1 rows of 2 · HALF_TAPS weights; the last row lets neighbors be interpolated. */
function kernel(cutoff: number): Float32Array {
  const taps = HALF_TAPS * 2;
  const rows = new Float32Array((PHASES + 1) * taps);
  for (let phase = 0; phase <= PHASES; phase++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const x = tap - HALF_TAPS + 1 - phase / PHASES;
      const sinc = x === 0 ? cutoff : Math.sin(Math.PI * cutoff * x) / (Math.PI * x);
      const window =
        0.42 + 0.5 * Math.cos((Math.PI * x) / HALF_TAPS) + 0.08 * Math.cos((2 * Math.PI * x) / HALF_TAPS);
      const weight = Math.abs(x) >= HALF_TAPS ? 0 : sinc * window;
      rows[phase * taps + tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < taps; tap++) rows[phase * taps + tap]! /= sum;
  }
  return rows;
}

/**
 * Changes the sample rate of one track's stream. Frame n of the output lies exactly at n · from / to of the input, so that
 * the number of frames given is exactly `resampledFrames` of those taken.
 */
export class Resampler {
  readonly #from: Hertz;
  readonly #to: Hertz;
  readonly #rows: Float32Array;
  #left: Float32Array;
  #right: Float32Array;
  /** Input frame of the buffers' first sample; frames before 0 are silence. */
  #start = -HALF_TAPS;
  #length = HALF_TAPS;
  #taken = 0;
  #given = 0;

  constructor(from: Hertz, to: Hertz) {
    this.#from = from;
    this.#to = to;
    this.#rows = kernel(Math.min(1, to / from) * 0.97);
    this.#left = new Float32Array(65_536);
    this.#right = new Float32Array(65_536);
  }

  push(left: Float32Array, right: Float32Array): { left: Float32Array; right: Float32Array } {
    this.#append(left, right, left.length);
    this.#taken += left.length;
    const ready = this.#start + this.#length - HALF_TAPS;
    return this.#give(Math.max(this.#given, Math.ceil((ready * this.#to) / this.#from)));
  }

  /** The frames that remain after the last input. */
  flush(): { left: Float32Array; right: Float32Array } {
    const silence = new Float32Array(HALF_TAPS + 1);
    this.#append(silence, silence, silence.length);
    return this.#give(resampledFrames(this.#taken, this.#from, this.#to));
  }

  #append(left: Float32Array, right: Float32Array, count: number): void {
    const first = Math.floor((this.#given * this.#from) / this.#to) - HALF_TAPS;
    const drop = Math.min(this.#length, Math.max(0, first - this.#start));
    const kept = this.#length - drop;
    const size = kept + count;
    if (size > this.#left.length) {
      this.#left = grown(this.#left, size);
      this.#right = grown(this.#right, size);
    }
    this.#left.copyWithin(0, drop, this.#length);
    this.#right.copyWithin(0, drop, this.#length);
    this.#left.set(left, kept);
    this.#right.set(right, kept);
    this.#start += drop;
    this.#length = size;
  }

  #give(until: Frames): { left: Float32Array; right: Float32Array } {
    const count = Math.max(0, until - this.#given);
    const left = new Float32Array(count);
    const right = new Float32Array(count);
    const taps = HALF_TAPS * 2;
    for (let i = 0; i < count; i++) {
      const scaled = (this.#given + i) * this.#from;
      const whole = Math.floor(scaled / this.#to);
      const phase = ((scaled - whole * this.#to) / this.#to) * PHASES;
      const row = Math.floor(phase);
      const share = phase - row;
      let at = whole - HALF_TAPS + 1 - this.#start;
      let l = 0;
      let r = 0;
      for (let tap = row * taps, end = tap + taps; tap < end; tap++, at++) {
        const weight = this.#rows[tap]! * (1 - share) + this.#rows[tap + taps]! * share;
        l += weight * this.#left[at]!;
        r += weight * this.#right[at]!;
      }
      left[i] = l;
      right[i] = r;
    }
    this.#given += count;
    return { left, right };
  }
}

function grown(samples: Float32Array, size: number): Float32Array {
  const out = new Float32Array(size * 2);
  out.set(samples);
  return out;
}
