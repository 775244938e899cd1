import type { Frames, Hertz, Milliseconds } from "@segue/core";

/** How an output is driven and what it plays. */
export interface AudioOutputFormat {
  readonly sampleRateHz: Hertz;
  readonly channels: 2;
}

/**
 * A place where sound goes outside of browsers. The engine writes one block after another and waits for each, so that
 * the output sets the pace: a sound card in real time, a file as fast as it can be written. While there is music the engine
 * keeps the program alive; an output's own timers and handles need not, and better do not.
 */
export interface AudioOutput {
  /** Begins a stream. Called once, before the first write. @throws SegueError `output_failed` */
  open(format: AudioOutputFormat): Promise<void>;
  /**
   * Plays `frames` frames of planar samples from -1 to 1. Resolves when the next block is wanted. The arrays are reused
   * after it resolved. @throws SegueError `output_failed`
   */
  write(left: Float32Array, right: Float32Array, frames: Frames): Promise<void>;
  /**
   * Whether silence is to be written while there is nothing to play. A sound card wants it; a file does not, so that it
   * holds exactly the frames of the music.
   */
  readonly realtime: boolean;
  /** Time from a write to the ear, milliseconds. */
  readonly latencyMs: Milliseconds;
  /** Plays what was written and frees the output. Idempotent. */
  close(): Promise<void>;
}
