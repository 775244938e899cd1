import type { Milliseconds } from "../units";

/** How far an item is fetched beyond what is read of it: not at all, its first range, or to its end. */
export type FetchAhead = "none" | "head" | "all";

/** How far an item of the timeline has come. */
export interface FetchState {
  /** Whether every byte of it is here. */
  readonly complete: boolean;
  /** Whether it waits for somebody to mend what failed. */
  readonly failed: boolean;
}

/** Items of the timeline, the current one included, that are fetched to their end. */
const FETCHED_ITEMS = 3;
/** Decoded sound that waits for the output while the next item's head may share the link with the current item. */
const HEAD_AT_MS: Milliseconds = 3_000;

/**
 * How far each item of the timeline, the current one first, is fetched ahead while `bufferedMs` of sound wait for the output:
 * the current one first; the next one's head once that is safe; its rest once the current one is whole, and so on.
 * Null leaves an item that has failed as it is.
 */
export function fetchAhead(
  timeline: readonly FetchState[],
  bufferedMs: Milliseconds,
): readonly (FetchAhead | null)[] {
  let free = true;
  return timeline.map(({ complete, failed }, index) => {
    if (failed) return null;
    const first = free;
    free &&= complete;
    if (first && index < FETCHED_ITEMS) return "all";
    return index === 1 && bufferedMs >= HEAD_AT_MS ? "head" : "none";
  });
}
