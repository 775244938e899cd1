/** Units are carried by names and by these aliases; values are plain numbers. */

/** Milliseconds: a duration, or an instant since the Unix epoch. */
export type Milliseconds = number;
/** Audio frames: one sample per channel. */
export type Frames = number;
/** Bytes. */
export type Bytes = number;
/** Samples per second. */
export type Hertz = number;
/** Decibels relative to a named reference. */
export type Decibels = number;

/** Duration of `frames` at `sampleRate`, in milliseconds, not rounded. */
export function framesToMs(frames: Frames, sampleRate: Hertz): Milliseconds {
  return (frames / sampleRate) * 1000;
}

/** The nearest frame at or before `ms` at `sampleRate`. */
export function msToFrames(ms: Milliseconds, sampleRate: Hertz): Frames {
  return Math.floor((ms * sampleRate) / 1000);
}

/** Linear factor of a gain in decibels. */
export function decibelsToLinear(db: Decibels): number {
  return 10 ** (db / 20);
}
