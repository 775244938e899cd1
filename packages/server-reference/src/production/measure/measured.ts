import type { AudioFeatures } from "@segue/core";
import type { Pcm } from "../read/pcm";
import { estimateFeatures } from "./features";
import { integrate, type LoudnessBlocks } from "./gate";
import type { Gauge } from "./survey";

/** What was measured on the master. */
export interface Measured {
  readonly lufs: number;
  readonly peak: number;
  readonly blocks: Float64Array;
  readonly features: AudioFeatures;
  readonly durationMs: number;
}

/**
 * Brings together what the two readings of a track gave.
 * @param sample the stretch from its middle
 */
export function measuredOf(
  sample: Pcm,
  loudness: LoudnessBlocks,
  { frames, sampleRate }: Pick<Gauge, "frames" | "sampleRate">,
): Measured {
  const lufs = integrate([loudness]);
  return {
    lufs,
    peak: loudness.peak,
    blocks: loudness.blocks,
    features: estimateFeatures(sample, lufs),
    durationMs: (frames / sampleRate) * 1000,
  };
}
