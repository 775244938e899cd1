import { SegueError } from "../../errors/segue-error";
import { meanVector } from "../audio-features/audio-space";
import { type ItemSpace, rowsById } from "../item-space";
import type { NeighborIndex } from "../neighbors/neighbor-index";
import { refuse, wholeNumber } from "../refuse";
import { type Reason, soundsLike } from "../selection/reason";
import { type TrackTable, tableRows } from "../tracks/track-table";

/** Tracks of one radio list. */
export const RADIO_TRACKS = 50;
/** `strict`: the nearest tracks as they are. `varied`: at most three of an artist, one of a recording. */
export type RadioMode = "strict" | "varied";

const ARTIST_CAP = 3;
/** How many neighbors a varied list begins with; it looks at four times as many while it is short. */
const FIRST_LOOK = 200;

/** Sound as the radio sees it: an exact index over an audio space, and the tracks behind its rows. */
export interface RadioStation {
  readonly space: ItemSpace;
  /** `squared-l2` over `space`. */
  readonly index: NeighborIndex;
  readonly table: TrackTable;
  /** The table's row for each row of `space`. */
  readonly rows: Int32Array;
  readonly rowOf: ReadonlyMap<string, number>;
}

/** Throws `invalid_argument` for an index of another space, and for an item that is no track of the table. */
export function radioStation(space: ItemSpace, index: NeighborIndex, table: TrackTable): RadioStation {
  if (
    index.metric !== "squared-l2" ||
    index.size !== space.ids.length ||
    index.dimensions !== space.dimensions
  )
    refuse("The index is not one of squared distances over this space.");
  const rows = tableRows(space.ids, table);
  const unknown = rows.indexOf(-1);
  if (unknown >= 0) refuse(`${space.ids[unknown]} is no track of the table.`);
  return { space, index, table, rows, rowOf: rowsById(space) };
}

/** A track of the session. */
export interface SessionTrack {
  readonly track: string;
  /** A skipped track says nothing of what is wanted, and does not come again. */
  readonly skipped?: boolean;
}

export interface RadioRequest {
  readonly session: readonly SessionTrack[];
  /** Default `varied`. */
  readonly mode?: RadioMode;
  /** Default 50. */
  readonly count?: number;
  /** Tracks that must not come: hidden ones, those of earlier lists. */
  readonly without?: Iterable<string>;
  /** Whether the listener could play a track. Default: all. */
  readonly playable?: (track: string) => boolean;
}

export interface RadioTrack {
  readonly track: string;
  readonly reason: Extract<Reason, { signal: "audio" }>;
}

/**
 * What goes on when a queue runs out: the tracks nearest to the mean of the session's features, the nearest first; equally near ones in
 * the order of ids. Tracks of the session do not come again. Fewer than `count` when the catalog has no more.
 * @throws SegueError `no_seed` when no track of the session that was not skipped has features; `invalid_argument`
 */
export function radio(station: RadioStation, request: RadioRequest): readonly RadioTrack[] {
  const { index, rowOf, space, table } = station;
  const count = wholeNumber("count", request.count ?? RADIO_TRACKS, 1, 10_000);
  const seeds = request.session.flatMap(({ track, skipped }) => {
    const row = rowOf.get(track);
    return skipped || row === undefined ? [] : [row];
  });
  if (seeds.length === 0)
    throw new SegueError("no_seed", { detail: "No track of the session was heard and has audio features." });
  const center = meanVector(space, seeds);
  const absent = new Set([...request.session.map(({ track }) => track), ...(request.without ?? [])]);
  const { playable = () => true } = request;
  const accept = (row: number) => !absent.has(space.ids[row]!) && playable(space.ids[row]!);
  const answer = (rows: readonly number[]) =>
    rows.map((row) => ({ track: space.ids[row]!, reason: soundsLike(space, row, center) }));
  if ((request.mode ?? "varied") === "strict")
    return answer(Array.from(index.search(center, count, accept).rows));
  const heardRecordings = new Set(
    request.session.flatMap(({ track }) => {
      const row = table.rowOf.get(track);
      return row === undefined ? [] : [table.recordings[row]!];
    }),
  );
  for (let look = Math.max(FIRST_LOOK, 4 * count); ; look *= 4) {
    const near = index.search(center, Math.min(look, index.size), accept).rows;
    const chosen = varied(near, station, heardRecordings, count);
    if (chosen.length === count || near.length < look) return answer(chosen);
  }
}

function varied(
  near: Uint32Array,
  { rows, table }: RadioStation,
  heardRecordings: ReadonlySet<number>,
  count: number,
): readonly number[] {
  const recordings = new Set(heardRecordings);
  const ofArtist = new Map<number, number>();
  const chosen: number[] = [];
  for (const row of near) {
    const at = rows[row]!;
    const artist = table.artists[at]!;
    const held = ofArtist.get(artist) ?? 0;
    if (recordings.has(table.recordings[at]!) || held >= ARTIST_CAP) continue;
    recordings.add(table.recordings[at]!);
    ofArtist.set(artist, held + 1);
    chosen.push(row);
    if (chosen.length === count) break;
  }
  return chosen;
}
