import {
  endResample,
  type Hertz,
  type ResampleKernel,
  type ResampleState,
  resampleChunk,
  resampleKernel,
  startResample,
} from "@segue/core";
import type { StereoBlock } from "./stereo-block";

const kernels = new Map<string, ResampleKernel>();

/** Changes the sample rate of one track's stream. */
export class Resampler {
  #state: ResampleState;

  /** @throws RangeError on rates that no music has */
  constructor(from: Hertz, to: Hertz) {
    const key = `${from} ${to}`;
    const kernel = kernels.get(key) ?? resampleKernel(from, to);
    kernels.set(key, kernel);
    this.#state = startResample(kernel, 2);
  }

  push(left: Float32Array, right: Float32Array): StereoBlock {
    const { state, output } = resampleChunk(this.#state, [left, right]);
    this.#state = state;
    return { left: output[0]!, right: output[1]! };
  }

  /** The frames that remain after the last input. */
  flush(): StereoBlock {
    const [left, right] = endResample(this.#state);
    return { left: left!, right: right! };
  }
}
