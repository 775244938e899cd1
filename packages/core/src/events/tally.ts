import type { TrackId } from "../ids";

/** What a tally reads of an accepted event. */
export interface TallyEntry {
  readonly trackId: TrackId;
  /** Whether it is a stream. */
  readonly counts: boolean;
}

/** Streams per track: the fold of a log of accepted events. The order of the log does not matter. */
export function tally(log: Iterable<TallyEntry>): Map<TrackId, number> {
  const plays = new Map<TrackId, number>();
  for (const { trackId, counts } of log) if (counts) plays.set(trackId, (plays.get(trackId) ?? 0) + 1);
  return plays;
}
