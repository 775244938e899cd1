import { frameCount, type Pcm } from "../read/pcm";

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

/** Cuts `pcm` at the given shares of its length. */
export function cut(pcm: Pcm, shares: readonly number[]): Pcm[] {
  const frames = frameCount(pcm);
  const ends = [...new Set(shares.map((share) => Math.round(share * frames))), frames].sort((a, b) => a - b);
  let from = 0;
  return ends.flatMap((to) => {
    const channels = pcm.channels.map((channel) => channel.subarray(from, to));
    from = to;
    return channels[0]!.length > 0 ? [{ sampleRate: pcm.sampleRate, channels }] : [];
  });
}

/** The largest difference between samples in the same place. */
export function farthest(a: Float32Array, b: Float32Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}
