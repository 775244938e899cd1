import { LIMITS } from "./limits";
import { MasterRejected } from "./master-rejected";

/** @throws MasterRejected when channels or sample rate are out of bounds. */
export function checkShape(channels: number, sampleRate: number): void {
  if (!(channels >= 1 && channels <= LIMITS.channels))
    throw new MasterRejected("channels", `It has ${channels}.`);
  if (!(sampleRate >= LIMITS.minSampleRateHz && sampleRate <= LIMITS.maxSampleRateHz)) {
    throw new MasterRejected("sample_rate", `It is ${sampleRate} Hz.`);
  }
}

/** @throws MasterRejected when the audio is too short, too long, or too much to decode. */
export function checkFrames(frames: number, channels: number, sampleRate: number): void {
  if (frames < LIMITS.minFrames) throw new MasterRejected("too_short", `It has ${frames} frames.`);
  if (frames / sampleRate > LIMITS.durationSeconds || frames * channels > LIMITS.decodedSamples) {
    throw new MasterRejected("too_long", `It lasts ${Math.round(frames / sampleRate)} s.`);
  }
}
