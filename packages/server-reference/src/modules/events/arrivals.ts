import { addSeqs, missingSeqs, type OutboxStats, type SeqRanges } from "@segue/core";
import type { Judgment } from "./judge-item";

/** What arrived of one stream of events, and what its client said is lost. */
export interface StreamState {
  readonly ranges: SeqRanges;
  /** Reported losses; they are counted since the stream began, so that the highest report holds. */
  readonly dropped: number;
}

export const NEW_STREAM: StreamState = { ranges: [], dropped: 0 };

/** Sequence numbers of a batch by stream. */
export function seqsByStream(judgments: readonly Judgment[]): Map<string, number[]> {
  const streams = new Map<string, number[]>();
  for (const { place } of judgments) {
    if (place === null) continue;
    const seqs = streams.get(place.streamId);
    if (seqs) seqs.push(place.seq);
    else streams.set(place.streamId, [place.seq]);
  }
  return streams;
}

/** The stream after `seqs` arrived with `stats`. */
export function arrived(
  state: StreamState,
  seqs: readonly number[],
  stats: OutboxStats | undefined,
): StreamState {
  const reported = stats?.drops.reduce((sum, { count }) => sum + count, 0) ?? 0;
  return { ranges: addSeqs(state.ranges, seqs), dropped: Math.max(state.dropped, reported) };
}

/** Sequence numbers that neither arrived nor were reported as lost. */
export function unexplained({ ranges, dropped }: StreamState): number {
  return Math.max(0, missingSeqs(ranges) - dropped);
}
