import type { Rng } from "./rng";

export const SAMPLE_RATE = 44_100;
const SIZE = 2048;
const SINE = Float32Array.from({ length: SIZE }, (_, i) => Math.sin((2 * Math.PI * i) / SIZE));

/** Amplitudes of a tone's harmonics, the first at index 0. */
export type Spectrum = (harmonic: number, hertz: number) => number;

/** From a flute-like tone (`brightness` 0) to a bright saw-like one (1). */
export function toneSpectrum(brightness: number): Spectrum {
  const slope = 3.2 - 2.2 * brightness;
  const corner = 1_200 + 9_000 * brightness * brightness;
  return (harmonic, hertz) => harmonic ** -slope / (1 + (hertz / corner) ** 2);
}

/** Formants (center in Hz, amplitude) of sung vowels. */
const VOWELS = [
  [
    [730, 1],
    [1090, 0.5],
    [2440, 0.18],
  ],
  [
    [270, 1],
    [2290, 0.25],
    [3010, 0.12],
  ],
  [
    [570, 1],
    [840, 0.45],
    [2410, 0.1],
  ],
  [
    [530, 1],
    [1840, 0.35],
    [2480, 0.18],
  ],
  [
    [440, 1],
    [1020, 0.3],
    [2240, 0.1],
  ],
] as const;

/** The spectrum of a voice that sings vowel number `vowel`. */
export function vowelSpectrum(vowel: number): Spectrum {
  const formants = VOWELS[vowel % VOWELS.length]!;
  return (harmonic, hertz) => {
    let sum = 0.02;
    for (const [center, level] of formants) sum += level / (1 + ((hertz - center) / 110) ** 2);
    return sum / harmonic ** 0.5;
  };
}

/** One period of a tone, cached per timbre and octave so that no harmonic folds over. */
export class Timbre {
  readonly #tables = new Map<number, Float32Array>();
  readonly #spectrum: Spectrum;
  constructor(spectrum: Spectrum) {
    this.#spectrum = spectrum;
  }

  table(hertz: number): Float32Array {
    const key = Math.round(Math.log2(hertz) * 4);
    const known = this.#tables.get(key);
    if (known) return known;
    const count = Math.max(1, Math.min(40, Math.floor(14_000 / hertz)));
    const table = new Float32Array(SIZE + 1);
    let power = 0;
    for (let harmonic = 1; harmonic <= count; harmonic++) {
      const level = this.#spectrum(harmonic, harmonic * hertz);
      power += level * level;
      for (let i = 0; i < SIZE; i++) table[i]! += level * SINE[(i * harmonic) % SIZE]!;
    }
    const scale = 1 / Math.sqrt(power);
    for (let i = 0; i < SIZE; i++) table[i]! *= scale;
    table[SIZE] = table[0]!;
    this.#tables.set(key, table);
    return table;
  }
}

/** A note's place and shape. Times are frames; the gain rises over `attack`, then falls by `decay` per frame, then over `release`. */
export interface Note {
  readonly at: number;
  readonly length: number;
  readonly hertz: number;
  readonly gain: number;
  /** -1 is left, 1 is right. */
  readonly pan: number;
  readonly attack: number;
  readonly release: number;
  /** Factor per frame, 1 for a held note. */
  readonly decay: number;
  /** Share that goes to the room. */
  readonly send: number;
  /** How far the pitch swings, as a share of the frequency; none when absent. */
  readonly vibrato?: number;
}

/** What everything is mixed onto. */
export interface Mix {
  readonly left: Float32Array;
  readonly right: Float32Array;
  readonly room: Float32Array;
}

/** Frames over which gain and pitch move in a straight line. */
const RUN = 64;
const VIBRATO_HERTZ = 5.6;
/** Phase is counted in 2^32 parts of a period, so that it wraps by itself; these bits are the place between two entries. */
const FRACTION_BITS = 21;
const FRACTION = 1 / 2 ** FRACTION_BITS;
const FRACTION_MASK = 2 ** FRACTION_BITS - 1;

/** Adds a note to the mix. */
export function play(mix: Mix, timbre: Timbre, note: Note): void {
  const table = timbre.table(note.hertz);
  const { left, right, room } = mix;
  const toLeft = Math.sqrt((1 - note.pan) / 2);
  const toRight = Math.sqrt((1 + note.pan) / 2);
  const { at, length, attack, release, send, vibrato = 0 } = note;
  const first = Math.max(0, -at);
  const last = Math.min(length, left.length - at);
  const fall = note.decay ** RUN;
  const levelAt = (age: number, body: number) =>
    body * Math.min(1, age / attack, Math.max(0, (length - age) / release));
  const perFrame = (note.hertz / SAMPLE_RATE) * 2 ** 32;
  let body = note.gain * note.decay ** first;
  let gain = levelAt(first, body);
  let phase = 0;
  for (let age = first; age < last; age += RUN) {
    body *= fall;
    const target = levelAt(age + RUN, body);
    const slope = (target - gain) / RUN;
    const swing =
      vibrato === 0 ? 1 : 1 + vibrato * Math.sin((2 * Math.PI * VIBRATO_HERTZ * age) / SAMPLE_RATE);
    const step = (perFrame * swing) >>> 0;
    const end = at + Math.min(age + RUN, last);
    let level = gain;
    for (let i = at + age; i < end; i++) {
      const index = phase >>> FRACTION_BITS;
      const low = table[index]!;
      const value = (low + (table[index + 1]! - low) * ((phase & FRACTION_MASK) * FRACTION)) * level;
      level += slope;
      phase = (phase + step) | 0;
      left[i]! += value * toLeft;
      right[i]! += value * toRight;
      room[i]! += value * send;
    }
    gain = target;
  }
}

/** Adds a recorded one-shot to the mix. */
export function strike(
  mix: Mix,
  shot: Float32Array,
  at: number,
  gain: number,
  pan: number,
  send: number,
): void {
  const end = Math.min(mix.left.length, at + shot.length);
  const toLeft = gain * Math.sqrt((1 - pan) / 2);
  const toRight = gain * Math.sqrt((1 + pan) / 2);
  for (let i = Math.max(0, at); i < end; i++) {
    const value = shot[i - at]!;
    mix.left[i]! += value * toLeft;
    mix.right[i]! += value * toRight;
    mix.room[i]! += value * gain * send;
  }
}

/** The drums of one track. */
export interface Kit {
  readonly kick: Float32Array;
  readonly snare: Float32Array;
  readonly hat: Float32Array;
  readonly consonant: Float32Array;
}

/** Builds drums; `brightness` from brushes (0) to machine (1). */
export function createKit(rng: Rng, brightness: number): Kit {
  const shot = (seconds: number, sample: (t: number, noise: number) => number) => {
    const out = new Float32Array(Math.round(seconds * SAMPLE_RATE));
    for (let i = 0; i < out.length; i++) out[i] = sample(i / SAMPLE_RATE, rng() * 2 - 1);
    return out;
  };
  const highpassed = (seconds: number, fall: number, amount: number) => {
    let before = 0;
    return shot(seconds, (t, noise) => {
      const value = noise - before * amount;
      before = noise;
      return value * Math.exp(-t * fall) * 0.6;
    });
  };
  const snap = 0.25 + 0.75 * brightness;
  let low = 0;
  return {
    kick: shot(0.28, (t, noise) => {
      const sweep = 48 * t + (110 / 32) * (1 - Math.exp(-32 * t));
      return Math.sin(2 * Math.PI * sweep) * Math.exp(-t * 13) + noise * snap * 0.25 * Math.exp(-t * 400);
    }),
    snare: shot(0.2, (t, noise) => {
      low += (noise - low) * (0.15 + 0.75 * brightness);
      return Math.sin(2 * Math.PI * 190 * t) * 0.5 * Math.exp(-t * 24) + low * 0.7 * Math.exp(-t * 20);
    }),
    hat: highpassed(0.07, 55, 0.95),
    consonant: highpassed(0.06, 45, 0.8),
  };
}
