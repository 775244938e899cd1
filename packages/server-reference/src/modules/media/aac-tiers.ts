/** Which AAC tiers the catalog has. */
import type { RenditionStore } from "./rendition-store";

/** Gives the AAC tiers that there are, in kbps, lowest first. */
export type AacTiers = () => Promise<readonly number[]>;

/** Anyone may ask. */
const FRESH_MS = 10_000;

/** Reads the tiers in kbps, lowest first, as they were 10 s ago at most; `clock` is monotonic, in milliseconds. */
export function aacTiers(renditions: Pick<RenditionStore, "tiers">, clock: () => number): AacTiers {
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<readonly number[]> = Promise.resolve([]);

  return () => {
    if (clock() - readAtMs < FRESH_MS) return reading;
    readAtMs = clock();
    reading = renditions.tiers("aac");
    // The next caller tries again.
    reading.catch(() => {
      readAtMs = Number.NEGATIVE_INFINITY;
    });
    return reading;
  };
}
