import { pick, type Rng } from "./rng";

/** A chord: semitones above the key's root. */
export type Chord = readonly number[];

const MAJOR_PROGRESSIONS = [
  [
    [0, 4, 7],
    [7, 11, 14],
    [9, 12, 16],
    [5, 9, 12],
  ],
  [
    [0, 4, 7],
    [5, 9, 12],
    [0, 4, 7],
    [7, 11, 14],
  ],
  [
    [0, 4, 7, 11],
    [9, 12, 16],
    [5, 9, 12],
    [7, 11, 14],
  ],
  [
    [5, 9, 12],
    [0, 4, 7],
    [7, 11, 14],
    [0, 4, 7],
  ],
] as const;
const MINOR_PROGRESSIONS = [
  [
    [0, 3, 7],
    [8, 12, 15],
    [0, 3, 7],
    [7, 10, 14],
  ],
  [
    [0, 3, 7],
    [5, 8, 12],
    [8, 12, 15],
    [7, 11, 14],
  ],
  [
    [0, 3, 7, 10],
    [5, 8, 12],
    [0, 3, 7],
    [5, 8, 12],
  ],
  [
    [0, 3, 7],
    [10, 14, 17],
    [8, 12, 15],
    [0, 3, 7],
  ],
] as const;

/** Four bars of chords: major above the middle of `valence`, minor below. */
export function chordsOf(valence: number, rng: Rng): readonly Chord[] {
  return pick<readonly Chord[]>(rng, valence >= 0.5 ? MAJOR_PROGRESSIONS : MINOR_PROGRESSIONS);
}

/** The pentatonic scale that a melody moves on. */
export function scaleOf(valence: number): readonly number[] {
  return valence >= 0.5 ? [0, 2, 4, 7, 9] : [0, 3, 5, 7, 10];
}

/** Frequency of a MIDI note number. */
export function hertzOf(note: number): number {
  return 440 * 2 ** ((note - 69) / 12);
}
