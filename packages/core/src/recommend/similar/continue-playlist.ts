import { SegueError } from "../../errors/segue-error";
import { meanVector } from "../audio-features/audio-space";
import type { ItemSpace } from "../item-space";
import type { NeighborIndex } from "../neighbors/neighbor-index";
import { unitVector } from "../neighbors/unit-space";
import { wholeNumber } from "../refuse";
import { type NameSpace, nameVector } from "../text/name-space";
import { nameTokens } from "../text/tokens";
import type { TrackTable } from "../tracks/track-table";
import { type FusedTrack, fuse, type RankedList } from "./fuse";
import { oneOfEachRecording } from "./similar-tracks";

/** What a playlist is continued from. */
export interface ContinuationModels {
  readonly table: TrackTable;
  /** Tracks by the playlists that they share, as unit vectors, with an `inner-product` index. */
  readonly items?: {
    readonly space: ItemSpace;
    readonly index: NeighborIndex;
    /** As `rowsById` gives it. */
    readonly rowOf: ReadonlyMap<string, number>;
  };
  /** Names against tracks, with an `inner-product` index over `names.tracks`. */
  readonly names?: { readonly space: NameSpace; readonly index: NeighborIndex };
}

export interface ContinuationRequest {
  /** Empty when there is none yet. */
  readonly title?: string;
  /** The tracks that the playlist holds. */
  readonly seeds?: readonly string[];
  /** Whether a track may come. Default: all. */
  readonly accept?: (track: string) => boolean;
  /** Default 50. */
  readonly count?: number;
}

const POOL = 4;
/** Seeds say more than a title; a title says more beside few seeds. */
const FULL_SEEDS = 10;

/**
 * Tracks that fit a playlist's title, its tracks, or both: two lists fused by rank, in which the title's counts less the more tracks
 * there are, down to a quarter from ten on. None of the seeds comes again, nor another release of one.
 * @throws SegueError `no_seed` when neither the title nor any track is known; `invalid_argument`
 */
export function continuePlaylist(
  models: ContinuationModels,
  request: ContinuationRequest,
): readonly FusedTrack[] {
  const { accept = () => true, seeds = [], title = "" } = request;
  const count = wholeNumber("count", request.count ?? 50, 1, 10_000);
  const held = new Set(seeds);
  const wanted = (track: string) => !held.has(track) && accept(track);
  const lists: RankedList[] = [];
  const fromSeeds = models.items && listOfSeeds(models.items, seeds, wanted, POOL * count);
  const fromTitle = models.names && listOfTitle(models.names, title, wanted, POOL * count);
  if (fromSeeds) lists.push(fromSeeds);
  if (fromTitle) {
    const weight = fromSeeds ? 1 - 0.75 * Math.min(1, seeds.length / FULL_SEEDS) : 1;
    lists.push({ ...fromTitle, weight });
  }
  if (lists.length === 0)
    throw new SegueError("no_seed", { detail: "Neither the title nor a track of the playlist is known." });
  return oneOfEachRecording(fuse(lists, 2 * POOL * count), models.table, seeds).slice(0, count);
}

function listOfSeeds(
  { index, rowOf, space }: NonNullable<ContinuationModels["items"]>,
  seeds: readonly string[],
  wanted: (track: string) => boolean,
  count: number,
): RankedList | null {
  const rows = seeds.flatMap((seed) => rowOf.get(seed) ?? []);
  if (rows.length === 0) return null;
  const center = unitVector(meanVector(space, rows));
  const tracks = Array.from(
    index.search(center, count, (row) => wanted(space.ids[row]!)).rows,
    (row) => space.ids[row]!,
  );
  const known = rows.slice(0, 3).map((row) => space.ids[row]!);
  return { tracks, reason: () => ({ signal: "text", names: [], tracks: known }) };
}

function listOfTitle(
  { index, space }: NonNullable<ContinuationModels["names"]>,
  title: string,
  wanted: (track: string) => boolean,
  count: number,
): RankedList | null {
  const vector = nameVector(space, title);
  if (!vector) return null;
  const { ids } = space.tracks;
  const tracks = Array.from(index.search(vector, count, (row) => wanted(ids[row]!)).rows, (row) => ids[row]!);
  const names = nameTokens(title).map(({ text }) => text);
  return { tracks, reason: () => ({ signal: "text", names, tracks: [] }) };
}
