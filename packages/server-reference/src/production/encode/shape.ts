import type { Hertz } from "@segue/core";
import { type Pcm, toMono, toStereo } from "../read/pcm";
import { Resampler } from "../read/resample";

/** 44.1 and 48 kHz keep their rate; others become the one of the two they are a multiple of, else 44.1 kHz. */
export function houseRate(sampleRate: number): 44_100 | 48_000 {
  return sampleRate === 48_000 || sampleRate % 48_000 === 0 || 48_000 % sampleRate === 0 ? 48_000 : 44_100;
}

/** `full`: at most two channels at 44.1 or 48 kHz; `small`: one channel at 22.05 kHz. */
export type Shape = "full" | "small";

/** Brings the blocks of a master into the shape that an encoder is fed with. */
export class Shaper {
  readonly sampleRate: Hertz;
  readonly #shape: Shape;
  readonly #resampler: Resampler;

  constructor(source: Hertz, shape: Shape) {
    this.#shape = shape;
    this.sampleRate = shape === "small" ? 22_050 : houseRate(source);
    this.#resampler = new Resampler(source, this.sampleRate);
  }

  push(block: Pcm): Pcm[] {
    const stereo = toStereo(block);
    if (this.#shape === "full") return this.#resampler.push(stereo);
    return this.#resampler.push({ sampleRate: block.sampleRate, channels: [toMono(stereo)] });
  }

  finish(): Pcm[] {
    return this.#resampler.finish();
  }
}
