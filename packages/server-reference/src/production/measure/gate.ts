/** Mean squares of K-weighted 400 ms blocks (75 % overlap) and the true peak: enough to gate a track or an album. */
export interface LoudnessBlocks {
  /** Channel-weighted mean square of each block. */
  readonly blocks: Float64Array;
  /** Linear true peak (4 times oversampled). */
  readonly peak: number;
}

/** Loudness of programs below this is reported as this. */
export const SILENCE_LUFS = -70;

/** Integrated loudness in LUFS of all blocks together (absolute gate -70 LUFS, relative gate -10 LU). */
export function integrate(parts: readonly LoudnessBlocks[]): number {
  const audible: number[] = [];
  for (const part of parts)
    for (const block of part.blocks) if (lufs(block) > SILENCE_LUFS) audible.push(block);
  if (audible.length === 0) return SILENCE_LUFS;
  const gate = mean(audible) / 10;
  const gated = audible.filter((block) => block > gate);
  return Math.max(SILENCE_LUFS, lufs(mean(gated.length > 0 ? gated : audible)));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const lufs = (meanSquare: number) => -0.691 + 10 * Math.log10(meanSquare);
