import type { AudioFeatures } from "@segue/core";
import { chordsOf, scaleOf } from "./harmony";
import { createKit, type Mix, SAMPLE_RATE, Timbre, toneSpectrum } from "./instruments";
import { type Bar, playBass, playChords, playDrums, playFigure, playMelody, playSpeech } from "./parts";
import { createRng, pick } from "./rng";
import { addAudience, addRoom, loudnessOf } from "./room";

/** Changes whenever the same specification gives other samples. */
export const COMPOSER_VERSION = 2;

/** What is composed: the same specification gives the same samples. */
export interface Composition {
  readonly features: AudioFeatures;
  readonly seed: number;
  readonly frames: number;
  /** A continuous piece has no breaks and swells slowly from end to end. */
  readonly continuous?: boolean;
}

/** Composes stereo audio at 44.1 kHz that has the wanted features. */
export function compose({ features, seed, frames, continuous = false }: Composition) {
  const rng = createRng(seed);
  const mix: Mix = {
    left: new Float32Array(frames),
    right: new Float32Array(frames),
    room: new Float32Array(frames),
  };
  const beat = (60 / features.tempo) * SAMPLE_RATE;
  const brightness = 0.12 + 0.88 * (1 - features.acousticness);
  const root = 45 + Math.floor(rng() * 5) + Math.round(features.valence * 6);
  const chords = chordsOf(features.valence, rng);
  const shared = {
    mix,
    rng,
    features,
    beat,
    root,
    brightness,
    scale: scaleOf(features.valence),
    kit: createKit(rng, brightness),
    pad: new Timbre(toneSpectrum(brightness * 0.75)),
    pluck: new Timbre(toneSpectrum(brightness)),
    bass: new Timbre(toneSpectrum(0.25 + brightness * 0.3)),
    figure: Array.from({ length: 8 }, () => pick(rng, [0, 1, 2, 3])),
    memory: { degree: 4 },
  };
  const bars = Math.ceil(frames / (beat * 4));
  for (let index = 0; index < bars; index++) {
    const bar: Bar = {
      ...shared,
      index,
      at: Math.round(index * beat * 4),
      chord: chords[index % chords.length]!,
      intensity: intensityOf(index, bars, continuous),
    };
    playChords(bar);
    playBass(bar);
    playFigure(bar);
    playMelody(bar);
    playSpeech(bar);
    playDrums(bar);
  }
  addRoom(mix, features.liveness, 0.12 + 0.75 * features.liveness);
  addAudience(mix, rng, 10 ** ((-48 + (60 - 20 * features.liveness) * features.liveness) / 20));
  master(mix, features.energy);
  fade(mix, continuous ? 0.05 : 1.2);
  return { sampleRate: SAMPLE_RATE, channels: [mix.left, mix.right] };
}

/** How full the arrangement is, from 0 to 1: it builds up, leaves room in the middle, and comes back. */
function intensityOf(index: number, bars: number, continuous: boolean): number {
  if (continuous) return 0.72 + 0.28 * Math.sin((2 * Math.PI * index) / 24 - 1);
  const place = index / Math.max(1, bars - 1);
  if (index < 2) return 0.75;
  return place > 0.5 && place < 0.62 ? 0.65 : 1;
}

/** Brings the mix to the loudness that `energy` asks for; peaks are rounded off. */
function master(mix: Mix, energy: number): void {
  const gain = 10 ** ((-27 + 15 * energy) / 20) / (loudnessOf(mix) || 1);
  for (const side of [mix.left, mix.right]) {
    for (let i = 0; i < side.length; i++) {
      const value = side[i]! * gain;
      const square = value * value;
      // A rational tanh: exact to 2e-2 below 3, and never above 1.
      side[i] = value > 3 ? 0.97 : value < -3 ? -0.97 : (0.97 * value * (27 + square)) / (27 + 9 * square);
    }
  }
}

function fade({ left, right }: Mix, seconds: number): void {
  const length = Math.min(Math.round(seconds * SAMPLE_RATE), left.length);
  for (const side of [left, right]) {
    for (let i = 0; i < length; i++) side[side.length - 1 - i]! *= i / length;
    for (let i = 0; i < Math.min(200, side.length); i++) side[i]! *= i / 200;
  }
}
