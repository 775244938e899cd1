import { SegueError } from "../../errors/segue-error";
import { seedOf } from "../random";
import { refuse } from "../refuse";
import type { Artists, Eligibility, Exclusion } from "../selection/listener";
import { placesByRelevance } from "../selection/mmr";
import { NumberTable } from "../selection/number-table";
import type { Reason } from "../selection/reason";
import { type Scratch, withScratch } from "../selection/scratch";
import type { TrackTable } from "../tracks/track-table";
import { startOfIsoWeek } from "./iso-week";
import { type DiscoveryColumns, discoveryAt, type Proposals, valuedColumns } from "./value";

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
  readonly knownArtists: Artists;
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
  if (request.centers.some(({ length }) => length !== dimensions))
    refuse("A taste must have the dimensions of the vectors.");
  let found = 0;
  for (const breadth of BREADTHS) {
    const tracks = withScratch((scratch) => discovered(request, breadth, scratch));
    if (tracks.length === DISCOVER_WEEKLY_TRACKS) return { week, tracks, breadth };
    found = Math.max(found, tracks.length);
  }
  throw new SegueError("too_few_tracks", {
    detail: `${found} of ${DISCOVER_WEEKLY_TRACKS} tracks were found; ${leftOut(request)}.`,
  });
}

/** What one step of the ladder finds, 30 tracks at most. */
function discovered(
  request: DiscoverWeeklyRequest,
  breadth: Breadth,
  scratch: Scratch,
): readonly DiscoveredTrack[] {
  const { dimensions, eligibility, table, vectors } = request;
  const sources = request.propose(breadth);
  const seed = seedOf(request.userId, request.week, request.modelVersion);
  const eligible = (row: number) => eligibility.exclusion(row) === null;
  const all = valuedColumns(sources, eligible, { ...request, seed }, scratch);
  keepOneOfEachRecording(all, table, scratch);
  const most = breadth === "usual" || breadth === "wide" ? 1 : 2;
  const caps = [
    { groupOf: table.artists, most },
    { groupOf: table.albums, most: 1 },
  ];
  const options = { count: DISCOVER_WEEKLY_TRACKS, vectors, dimensions, ids: table.ids, caps };
  return placesByRelevance(all, options, scratch).map((place) => {
    const { row, proposals, prediction, novelty } = discoveryAt(all, sources, place);
    return { track: table.ids[row]!, reason: proposals.reason(row), prediction, novelty };
  });
}

/** Of several releases of one performance the most valued; of equal ones that with the lesser id. */
function keepOneOfEachRecording(
  all: DiscoveryColumns,
  { ids, recordings }: TrackTable,
  scratch: Scratch,
): void {
  const { novelties, predictions, rows, sources, values } = all;
  const placeOf = new NumberTable(all.count, scratch);
  let kept = 0;
  for (let place = 0; place < all.count; place++) {
    const recording = recordings[rows[place]!]!;
    const held = placeOf.get(recording);
    const to = held < 0 ? kept++ : held;
    if (held < 0) placeOf.set(recording, to);
    else if (values[place]! < values[held]!) continue;
    else if (values[place]! === values[held]! && ids[rows[place]!]! >= ids[rows[held]!]!) continue;
    rows[to] = rows[place]!;
    sources[to] = sources[place]!;
    predictions[to] = predictions[place]!;
    novelties[to] = novelties[place]!;
    values[to] = values[place]!;
  }
  all.count = kept;
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
