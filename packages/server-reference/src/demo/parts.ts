import type { AudioFeatures } from "@segue/core";
import { type Chord, hertzOf } from "./harmony";
import { type Kit, type Mix, play, SAMPLE_RATE, strike, Timbre, vowelSpectrum } from "./instruments";
import type { Rng } from "./rng";

/** One bar of four beats and everything a player needs to know to play in it. */
export interface Bar {
  readonly mix: Mix;
  readonly rng: Rng;
  readonly features: AudioFeatures;
  /** Frames of a beat, not rounded. */
  readonly beat: number;
  /** MIDI note of the key. */
  readonly root: number;
  readonly brightness: number;
  readonly scale: readonly number[];
  readonly kit: Kit;
  readonly pad: Timbre;
  readonly pluck: Timbre;
  readonly bass: Timbre;
  readonly figure: readonly number[];
  readonly memory: { degree: number };
  readonly index: number;
  /** First frame. */
  readonly at: number;
  readonly chord: Chord;
  /** From 0 to 1. */
  readonly intensity: number;
}

const vowels = Array.from({ length: 5 }, (_, vowel) => new Timbre(vowelSpectrum(vowel)));
const seconds = (value: number) => Math.round(value * SAMPLE_RATE);

export function playChords({ mix, chord, root, at, beat, pad, features, intensity }: Bar): void {
  const overlap = seconds(0.35);
  chord.forEach((step, index) => {
    play(mix, pad, {
      at: Math.max(0, at - overlap),
      length: Math.round(beat * 4) + overlap * 2,
      hertz: hertzOf(root + 12 + step) * (1 + (index - 1) * 0.0006),
      gain: (0.1 - 0.04 * features.danceability) * (0.7 + 0.3 * intensity),
      pan: (index - 1) * 0.5,
      attack: overlap,
      release: overlap,
      decay: 1,
      send: 0.7,
    });
  });
}

export function playBass({ mix, chord, root, at, beat, bass, features, intensity }: Bar): void {
  const steps = features.danceability > 0.65 ? 8 : features.energy > 0.4 ? 4 : 2;
  const low = root - 12 + (chord[0]! % 12);
  for (let step = 0; step < steps; step++) {
    const isOff = steps === 8 && step % 2 === 0;
    play(mix, bass, {
      at: at + Math.round((step * 4 * beat) / steps),
      length: Math.round((beat * 4 * 0.92) / steps),
      hertz: hertzOf(low),
      gain: (isOff ? 0.1 : 0.24) * (0.6 + 0.4 * intensity),
      pan: 0,
      attack: 220,
      release: seconds(0.05),
      decay: steps === 2 ? 0.99999 : 0.99995,
      send: 0.05,
    });
  }
}

export function playFigure({
  mix,
  rng,
  chord,
  root,
  at,
  beat,
  pluck,
  figure,
  features,
  intensity,
  brightness,
}: Bar): void {
  for (let step = 0; step < 8; step++) {
    const isOnBeat = step % 2 === 0;
    if (!isOnBeat && rng() > (0.15 + 0.8 * features.energy) * intensity) continue;
    const degree = figure[step]!;
    play(mix, pluck, {
      at: at + Math.round((step * beat) / 2 + (rng() - 0.5) * seconds(0.012) * (1 - features.danceability)),
      length: seconds(0.7),
      hertz: hertzOf(root + 24 + chord[degree % chord.length]! + (degree === 3 ? 12 : 0)),
      gain: (isOnBeat ? 0.2 : 0.12) * (0.6 + 0.4 * intensity),
      pan: step % 4 < 2 ? -0.35 : 0.35,
      attack: 60 + Math.round(260 * (1 - brightness)),
      release: seconds(0.15),
      decay: 0.99988,
      send: 0.35,
    });
  }
}

/** A lead instrument, and a voice that sings the more of it the less instrumental the track is. */
export function playMelody({
  mix,
  rng,
  scale,
  root,
  at,
  beat,
  pluck,
  memory,
  features,
  intensity,
  index,
}: Bar): void {
  if (index < 2 || intensity < 0.7) return;
  const vocal = 1 - features.instrumentalness;
  for (let step = 0; step < 4; step++) {
    if (rng() > 0.75) continue;
    memory.degree = Math.max(0, Math.min(9, memory.degree + Math.floor(rng() * 5) - 2));
    const octave = Math.floor(memory.degree / scale.length) * 12;
    const note = root + octave + scale[memory.degree % scale.length]!;
    const sings = rng() < vocal;
    play(mix, sings ? vowels[Math.floor(rng() * 5)]! : pluck, {
      at: at + Math.round(step * beat),
      length: Math.round(beat * (sings ? 1.05 : 1.6)),
      hertz: hertzOf(note + (sings ? 12 : 24)),
      gain: sings ? 0.1 + 0.1 * vocal : 0.14,
      pan: 0.08,
      attack: sings ? seconds(0.05) : 90,
      release: seconds(0.09),
      decay: sings ? 0.99999 : 0.99993,
      send: 0.4,
      vibrato: sings ? 0.012 : 0,
    });
  }
}

/** Spoken syllables: short vowels of unsteady pitch behind consonants, in phrases with pauses between them. */
export function playSpeech({ mix, rng, at, beat, features, kit, index }: Bar): void {
  const { speechiness } = features;
  const bars = Math.min(1, 0.05 + 1.1 * speechiness);
  if (Math.floor((index + 1) * bars) === Math.floor(index * bars)) return;
  const level = 0.35 + 0.65 * speechiness;
  const end = at + beat * 4;
  for (let t = at; t < end; t += seconds(0.14 + rng() * 0.12)) {
    if (rng() < 0.15) continue;
    if (rng() < 0.6) strike(mix, kit.consonant, Math.round(t), 0.3 * level, 0, 0.1);
    play(mix, vowels[Math.floor(rng() * 5)]!, {
      at: Math.round(t) + seconds(0.02),
      length: seconds(0.09 + rng() * 0.07),
      hertz: 105 + rng() * 45,
      gain: 0.42 * level,
      pan: 0,
      attack: 300,
      release: seconds(0.04),
      decay: 0.9999,
      send: 0.15,
    });
  }
}

export function playDrums({ mix, rng, at, beat, kit, features, intensity, brightness, index }: Bar): void {
  const { danceability, energy } = features;
  const level = Math.max(0, danceability * 0.75 + energy * 0.35 - 0.18) * (0.55 + 0.45 * intensity);
  if (level === 0) return;
  const isFour = danceability > 0.45;
  const late = () => (rng() - 0.5) * seconds(0.03) * (1 - danceability);
  for (let step = 0; step < 4; step++) {
    const on = at + Math.round(step * beat);
    if (isFour || step === 0 || (step === 2 && rng() < 0.6)) strike(mix, kit.kick, on, 0.75 * level, 0, 0.03);
    if (step % 2 === 1) strike(mix, kit.snare, Math.round(on + late()), 0.4 * level, 0.1, 0.2);
    if (index % 8 === 7 && step === 3)
      strike(mix, kit.snare, Math.round(on + beat / 2), 0.3 * level, -0.1, 0.2);
  }
  const hats = energy > 0.65 && danceability > 0.4 ? 16 : 8;
  const hatLevel = level * (0.06 + 0.4 * brightness * brightness);
  for (let step = 0; step < hats; step++) {
    const accent = step % (hats / 4) === hats / 8 ? 1 : 0.55;
    strike(mix, kit.hat, Math.round(at + (step * beat * 4) / hats + late()), hatLevel * accent, 0.3, 0.08);
  }
}
