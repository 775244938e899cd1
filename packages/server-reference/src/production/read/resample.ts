import {
  endResample,
  type Frames,
  type Hertz,
  type ResampleState,
  resampleChunk,
  resampleKernel,
  startResample,
} from "@segue/core";
import { joinBlocks, type Pcm } from "./pcm";

/** Resamples a track that comes in blocks, by core's resampler: however it was cut, the result is the same. */
export class Resampler {
  readonly #source: Hertz;
  readonly #target: Hertz;
  #state: ResampleState | null = null;

  constructor(source: Hertz, target: Hertz) {
    this.#source = source;
    this.#target = target;
  }

  /** Takes the next frames of the source and gives what is finished. */
  push(pcm: Pcm): Pcm[] {
    if (this.#source === this.#target) return [pcm];
    this.#state ??= startResample(resampleKernel(this.#source, this.#target), pcm.channels.length);
    const { state, output } = resampleChunk(this.#state, pcm.channels);
    this.#state = state;
    return output[0]!.length === 0 ? [] : [{ sampleRate: this.#target, channels: output }];
  }

  /** Gives the rest: altogether round(source frames × target / source) frames, at least one. */
  finish(): Pcm[] {
    if (!this.#state) return [];
    const { inputFrames, outputFrames } = this.#state;
    const total: Frames = Math.max(1, Math.round((inputFrames * this.#target) / this.#source));
    const channels = endResample(this.#state).map((rest) => rest.subarray(0, total - outputFrames));
    return [{ sampleRate: this.#target, channels }];
  }
}

/** The whole of `pcm` at `target`. */
export function resample(pcm: Pcm, target: Hertz): Pcm {
  const resampler = new Resampler(pcm.sampleRate, target);
  return joinBlocks([...resampler.push(pcm), ...resampler.finish()]);
}
