import { SegueError } from "../../errors/segue-error";
import { seedOf } from "../random";
import { refuse } from "../refuse";
import type { Eligibility, Exclusion } from "../selection/listener";
import { maximalMarginalRelevance } from "../selection/mmr";
import type { Reason } from "../selection/reason";
import type { TrackTable } from "../selection/track-table";
import { startOfIsoWeek } from "./iso-week";
import { type Discovery, discoveries, type Proposals } from "./value";

/** Tracks of one list. */
export const DISCOVER_WEEKLY_TRACKS = 30;

/** How far the search goes: each step is taken only when the one before gave fewer than 30 tracks. */
export type Breadth =
  | "usual" /** one track of an artist and of an album */
  | "wide" /** the sources propose four times as many */
  | "two-per-artist"
  | "popular"; /** what is popular among listeners with such a taste as well */

/** The steps of the ladder in their order. */
export const BREADTHS: readonly Breadth[] = ["usual", "wide", "two-per-artist", "popular"];

/** How many tracks each source is asked for. */
export const PROPOSALS: Readonly<
  Record<"usual" | "wide", Readonly<Record<"collaborative" | "text" | "audio", number>>>
> = {
  usual: { collaborative: 500, text: 200, audio: 100 },
  wide: { collaborative: 2000, text: 800, audio: 400 },
};

export interface DiscoverWeeklyRequest {
  readonly userId: string;
  /** The week for which the list is made, such as 2026-W48. */
  readonly week: string;
  /** Names the models behind the sources; another version makes another list. */
  readonly modelVersion: string;
  readonly table: TrackTable;
  readonly eligibility: Eligibility;
  /** Artists that the listener heard before, as numbers of the table. */
  readonly knownArtists: ReadonlySet<number>;
  /** Unit vectors of the table's rows, in which variety is measured; zeros for a row without. */
  readonly vectors: Float32Array;
  readonly dimensions: number;
  /** Unit vectors of the listener's tastes; none for a listener without. */
  readonly centers: readonly Float32Array[];
  /** The sources' proposals for a step; a row may occur in several of them. */
  readonly propose: (breadth: Breadth) => readonly Proposals[];
}

/** One track of a list. */
export interface DiscoveredTrack {
  readonly track: string;
  readonly reason: Reason;
  /** Standard score of the prediction within its source. */
  readonly prediction: number;
  /** 0 to 1. */
  readonly novelty: number;
}

export interface DiscoverWeekly {
  readonly week: string;
  /** Exactly 30 different recordings. */
  readonly tracks: readonly DiscoveredTrack[];
  /** How far the search had to go. */
  readonly breadth: Breadth;
}

/**
 * The week's discoveries of one listener: exactly 30 tracks, none heard within 30 days, liked, saved, hidden or not playable, no two
 * of one recording, chosen by value and variety (MMR with λ 0.7). The same request gives the same list.
 * @throws SegueError `too_few_tracks` when even the widest search finds fewer than 30; `invalid_argument`
 */
export function discoverWeekly(request: DiscoverWeeklyRequest): DiscoverWeekly {
  const { table, dimensions, vectors, week } = request;
  startOfIsoWeek(week);
  if (vectors.length !== table.tracks.length * dimensions) refuse("There must be one vector for each track.");
  const seed = seedOf(request.userId, week, request.modelVersion);
  let found = 0;
  for (const breadth of BREADTHS) {
    const sources = request.propose(breadth);
    const all = oneOfEachRecording(
      discoveries(sources, (row) => request.eligibility.exclusion(row) === null, { ...request, seed }),
      table,
    );
    const most = breadth === "usual" || breadth === "wide" ? 1 : 2;
    const chosen = maximalMarginalRelevance(all, {
      count: DISCOVER_WEEKLY_TRACKS,
      vectors,
      dimensions,
      ids: table.ids,
      caps: [
        { groupOf: table.artists, most },
        { groupOf: table.albums, most: 1 },
      ],
    }) as readonly Discovery[];
    if (chosen.length === DISCOVER_WEEKLY_TRACKS) {
      const tracks = chosen.map(({ row, proposals, prediction, novelty }) => ({
        track: table.ids[row]!,
        reason: proposals.reason(row),
        prediction,
        novelty,
      }));
      return { week, tracks, breadth };
    }
    found = Math.max(found, chosen.length);
  }
  throw new SegueError("too_few_tracks", {
    detail: `${found} of ${DISCOVER_WEEKLY_TRACKS} tracks were found; ${leftOut(request)}.`,
  });
}

/** Of several releases of one performance the most valued; of equal ones that with the lesser id. */
function oneOfEachRecording(all: readonly Discovery[], table: TrackTable): readonly Discovery[] {
  const best = new Map<number, Discovery>();
  for (const each of all) {
    const recording = table.recordings[each.row]!;
    const held = best.get(recording);
    const better =
      !held ||
      each.value > held.value ||
      (each.value === held.value && table.ids[each.row]! < table.ids[held.row]!);
    if (better) best.set(recording, each);
  }
  return [...best.values()];
}

/** What the filters took, for whoever wonders why a list is short. */
function leftOut({ propose, eligibility }: DiscoverWeeklyRequest): string {
  const rows = new Set(propose("popular").flatMap(({ rows }) => Array.from(rows)));
  const counts = new Map<Exclusion, number>();
  for (const row of rows) {
    const why = eligibility.exclusion(row);
    if (why) counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  const parts = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([why, count]) => `${count} ${why}`);
  return `${rows.size} were proposed, ${parts.length > 0 ? parts.join(", ") : "none"} left out`;
}
