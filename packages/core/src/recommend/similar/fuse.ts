import { realNumber } from "../refuse";
import type { Reason } from "../selection/reason";

/** A list of one signal, the best first. */
export interface RankedList {
  readonly tracks: readonly string[];
  /** How much the list counts beside the others. Default 1. */
  readonly weight?: number;
  readonly reason: (track: string) => Reason;
}

/** A track of the fused list. */
export interface FusedTrack {
  readonly track: string;
  readonly score: number;
  /** One for each list that holds it, the one that helped most first. */
  readonly reasons: readonly Reason[];
}

const DAMPING = 60;

/**
 * Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): a track's score is Σ weight / (60 + its rank), so that lists with
 * different scales can be put together. Equal scores in the order of ids. A track that a list holds twice counts once.
 */
export function fuse(lists: readonly RankedList[], count: number): readonly FusedTrack[] {
  const found = new Map<string, { readonly part: number; readonly list: RankedList }[]>();
  for (const list of lists) {
    const weight = realNumber("A list's weight", list.weight ?? 1, 0, 1e6);
    for (const [rank, track] of [...new Set(list.tracks)].entries()) {
      const parts = found.get(track) ?? [];
      parts.push({ part: weight / (DAMPING + rank + 1), list });
      found.set(track, parts);
    }
  }
  return [...found]
    .map(([track, parts]) => ({ track, parts, score: parts.reduce((sum, { part }) => sum + part, 0) }))
    .sort((a, b) => b.score - a.score || (a.track < b.track ? -1 : 1))
    .slice(0, count)
    .map(({ track, parts, score }) => ({
      track,
      score,
      reasons: [...parts].sort((a, b) => b.part - a.part).map(({ list }) => list.reason(track)),
    }));
}
