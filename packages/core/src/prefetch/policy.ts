import type { Frames, Milliseconds } from "../units";

/** Share of the current track that must have been audible before the next one is requested. */
export const NEXT_AT = 0.75;
/** The same for the one after it. */
export const NEXT_NEXT_AT = 0.9;
/** Audio ahead that makes the current track safe before all of it has been fetched. */
export const SAFE_AHEAD_MS: Milliseconds = 30_000;

/** What was already requested during one pass of one item. */
export interface PrefetchLatch {
  /** Identity of the pass: an item that plays again is another pass. */
  readonly passId: string;
  readonly next: boolean;
  readonly nextNext: boolean;
}

/** What the decision needs to know. */
export interface PrefetchFacts {
  readonly passId: string;
  /** Audible position, in frames. */
  readonly frame: Frames;
  readonly totalFrames: Frames;
  /** Whether every byte of the current track has been fetched. */
  readonly currentComplete: boolean;
  readonly aheadMs: Milliseconds;
}

/** The latch of a pass in which nothing was requested yet. */
export const openLatch = (passId: string): PrefetchLatch => ({ passId, next: false, nextNext: false });

/**
 * What to request now. Each fires at most once per pass, never before its share of the track was audible,
 * and only while the current track is safe: fully fetched, or 30 s ahead.
 * A seek back does not open the latch again; a skip begins another pass. Whether anything follows is not asked: what is
 * queued behind the last item later is due then.
 */
export function decidePrefetch(
  latch: PrefetchLatch,
  facts: PrefetchFacts,
): { readonly latch: PrefetchLatch; readonly next: boolean; readonly nextNext: boolean } {
  const open = latch.passId === facts.passId ? latch : openLatch(facts.passId);
  const safe = facts.currentComplete || facts.aheadMs >= SAFE_AHEAD_MS;
  const share = facts.totalFrames > 0 ? facts.frame / facts.totalFrames : 1;
  const next = safe && !open.next && share >= NEXT_AT;
  const nextNext = safe && !open.nextNext && share >= NEXT_NEXT_AT;
  return {
    latch:
      next || nextNext ? { ...open, next: open.next || next, nextNext: open.nextNext || nextNext } : open,
    next,
    nextNext,
  };
}
