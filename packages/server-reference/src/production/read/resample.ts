import { endResample, type Hertz, resampleChunk, resampleKernel, startResample } from "@segue/core";
import { frameCount, type Pcm } from "./pcm";

/** The whole of `pcm` at `target`, by core's resampler; round(frames × target / source) frames, at least one. */
export function resample(pcm: Pcm, target: Hertz): Pcm {
  if (pcm.sampleRate === target) return pcm;
  const kernel = resampleKernel(pcm.sampleRate, target);
  const { state, output } = resampleChunk(startResample(kernel, pcm.channels.length), pcm.channels);
  const rest = endResample(state);
  const frames = Math.max(1, Math.round((frameCount(pcm) * target) / pcm.sampleRate));
  const channels = output.map((begun, channel) => {
    const whole = new Float32Array(frames);
    whole.set(begun.subarray(0, frames));
    whole.set(
      rest[channel]!.subarray(0, frames - Math.min(frames, begun.length)),
      Math.min(frames, begun.length),
    );
    return whole;
  });
  return { sampleRate: target, channels };
}
