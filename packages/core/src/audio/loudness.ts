import type { Loudness } from "../playback/manifest";
import { decibelsToLinear } from "../units";

/** Loudness to which tracks are brought, LUFS. */
export const TARGET_LUFS = -14;
/** Measured loudness below this is silence, for which no gain is sensible. */
const SILENCE_LUFS = -70;
/** Largest gain, so that a measurement gone wrong does not blare. */
const MAX_GAIN_DB = 12;

export type NormalizationMode = "off" | "track" | "album";

/** Linear gain for a track: brings it to the target, but its true peak never over full scale. 1 when off or unmeasured. */
export function normalizationGain(
  loudness: Loudness,
  mode: NormalizationMode,
  targetLufs: number = TARGET_LUFS,
): number {
  if (mode === "off") return 1;
  const lufs = mode === "album" ? loudness.albumLufs : loudness.trackLufs;
  const peak = mode === "album" ? Math.max(loudness.albumPeak, loudness.trackPeak) : loudness.trackPeak;
  if (!Number.isFinite(lufs) || lufs <= SILENCE_LUFS) return 1;
  const gain = decibelsToLinear(Math.min(MAX_GAIN_DB, targetLufs - lufs));
  return Number.isFinite(peak) && peak > 0 ? Math.min(gain, 1 / peak) : Math.min(gain, 1);
}
