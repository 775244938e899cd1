import type { Pcm } from "./read/pcm";

/** A tone for tests: `hertz` at `amplitude`, the same in all channels. */
export function tone(
  seconds: number,
  hertz: number,
  amplitude: number,
  sampleRate = 48_000,
  channels = 2,
): Pcm {
  const samples = new Float32Array(Math.round(seconds * sampleRate));
  for (let i = 0; i < samples.length; i++)
    samples[i] = amplitude * Math.sin((2 * Math.PI * hertz * i) / sampleRate);
  return { sampleRate, channels: Array.from({ length: channels }, () => samples.slice()) };
}

/** Reproducible noise for tests. */
export function noise(frames: number, amplitude: number, seed = 1, sampleRate = 44_100): Pcm {
  let state = seed;
  const channel = () =>
    Float32Array.from({ length: frames }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return amplitude * (state / 2_147_483_648 - 1);
    });
  return { sampleRate, channels: [channel(), channel()] };
}
