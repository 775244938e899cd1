/** When to ask for the next two items: at 75 % and 90 % of the current one's frames rendered. */
import type { Frames, Milliseconds } from "../units";

export const NEXT_AT = 0.75;
export const NEXT_NEXT_AT = 0.9;
/** Items shorter than this fire both at their start. */
export const SHORT_TRACK_MS: Milliseconds = 20_000;
/** Buffered this far ahead counts as good as complete. */
export const AHEAD_MS: Milliseconds = 30_000;

/** What already fired in this pass of a queue entry; plain data. */
export interface PrefetchState {
  /** Queue entry that is current; null when nothing is. */
  readonly uid: string | null;
  readonly next: boolean;
  readonly nextNext: boolean;
}

export const IDLE_PREFETCH: PrefetchState = { uid: null, next: false, nextNext: false };

/** What the policy looks at. */
export interface PrefetchProgress {
  /** Current queue entry. */
  readonly uid: string;
  /** Audible position. */
  readonly frame: Frames;
  readonly totalFrames: Frames;
  readonly durationMs: Milliseconds;
  readonly bufferedAheadMs: Milliseconds;
  /** Whether the current item is fetched to its end. */
  readonly complete: boolean;
  readonly hasNext: boolean;
  readonly hasNextNext: boolean;
}

export type PrefetchTrigger = "next" | "nextNext";

/** A queue entry begins a pass: by start, skip, or repeating itself. Whatever the previous pass latched is forgotten. */
export function beginPass(uid: string | null): PrefetchState {
  return { uid, next: false, nextNext: false };
}

/** What the queue edit or refusal made undone: the next entries are others now, so both may fire again. */
export function rearm(state: PrefetchState): PrefetchState {
  return beginPass(state.uid);
}

/** Looks at the progress of the current entry and says what to ask for now. Each trigger fires once in a pass. */
export function prefetchStep(
  state: PrefetchState,
  progress: PrefetchProgress,
): { readonly state: PrefetchState; readonly fire: readonly PrefetchTrigger[] } {
  if (state.uid !== progress.uid) return { state, fire: [] };
  const safe = progress.complete || progress.bufferedAheadMs >= AHEAD_MS;
  const short = progress.durationMs < SHORT_TRACK_MS;
  const reached = (share: number) => short || progress.frame >= share * progress.totalFrames;
  const next = !state.next && progress.hasNext && safe && reached(NEXT_AT);
  // The one after next is never asked for before the next one.
  const nextNext =
    !state.nextNext && (state.next || next) && progress.hasNextNext && safe && reached(NEXT_NEXT_AT);
  if (!next && !nextNext) return { state, fire: [] };
  const fire: PrefetchTrigger[] = [];
  if (next) fire.push("next");
  if (nextNext) fire.push("nextNext");
  return { state: { ...state, next: state.next || next, nextNext: state.nextNext || nextNext }, fire };
}
