import { decibelsToLinear } from "../units";

/** Level that normalization aims at, LUFS. */
export const TARGET_LUFS = -14;

export type NormalizationMode = "off" | "track" | "album";

/**
 * Linear gain that brings a track or its album to the target level without exceeding full scale:
 * `min(10^((target − loudness) / 20), 1 / peak)`. 1 when normalization is off or the loudness is not finite (silence).
 */
export function normalizationGain(
  loudness: {
    readonly trackLufs: number;
    readonly trackPeak: number;
    readonly albumLufs: number;
    readonly albumPeak: number;
  },
  mode: NormalizationMode,
  targetLufs = TARGET_LUFS,
): number {
  if (mode === "off") return 1;
  const lufs = mode === "album" ? loudness.albumLufs : loudness.trackLufs;
  const peak = mode === "album" ? loudness.albumPeak : loudness.trackPeak;
  if (!Number.isFinite(lufs)) return 1;
  const wanted = decibelsToLinear(targetLufs - lufs);
  return peak > 0 && Number.isFinite(peak) ? Math.min(wanted, 1 / peak) : wanted;
}
