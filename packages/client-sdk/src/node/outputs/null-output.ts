import type { Frames, Hertz } from "@segue/core";
import type { AudioOutput, AudioOutputFormat } from "../../ports/audio-output";

/** Plays into nothing: at the pace of a clock, or as fast as it is given (`virtual`). Counts what it was given. */
export class NullOutput implements AudioOutput {
  readonly latencyMs = 0;
  readonly realtime: boolean;
  /** Frames that were written. */
  frames: Frames = 0;
  #rate: Hertz = 44_100;
  #due = 0;

  constructor(options: { readonly clock?: "real" | "virtual" } = {}) {
    this.realtime = (options.clock ?? "real") === "real";
  }

  async open(format: AudioOutputFormat): Promise<void> {
    this.#rate = format.sampleRateHz;
    this.#due = performance.now();
  }

  async write(_left: Float32Array, _right: Float32Array, frames: Frames): Promise<void> {
    this.frames += frames;
    if (!this.realtime) return;
    this.#due += (frames / this.#rate) * 1000;
    const wait = this.#due - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait).unref());
    // After the machine slept, time that passed is not caught up.
    if (wait < -1000) this.#due = performance.now();
  }

  async close(): Promise<void> {}
}
