import { refuse } from "../refuse";
import type { TasteProfile } from "../taste/profile";
import type { TrackTable } from "../tracks/track-table";
import { NumberTable } from "./number-table";

/** How long a heard track is not recommended as a discovery: 30 days. */
export const HEARD_MS = 30 * 86_400_000;

/** Why a track may not be recommended. */
export type Exclusion = "heard" | "liked" | "saved" | "hidden" | "unplayable" | "duplicate";

/** Which tracks of a table one listener may be offered. */
export interface Eligibility {
  /** Null when the row may be offered. Of several reasons the first in the order of `Exclusion`. */
  exclusion(row: number): Exclusion | null;
}

export interface EligibilityOptions {
  /** The moment for which it is asked, milliseconds since 1970. */
  readonly nowMs: number;
  /** Whether the listener could play the row: market, plan, window. Default: all rows. */
  readonly playable?: (row: number) => boolean;
  /** Tracks that are not wanted for another reason, such as last week's list; they count as hidden. */
  readonly without?: Iterable<string>;
}

/** Rows of a table that a listener is not to be offered, each row and each reason any number of times. */
export interface ExcludedRows {
  /** Heard within 30 days. */
  readonly heard: RowNumbers;
  readonly liked: RowNumbers;
  readonly saved: RowNumbers;
  readonly hidden: RowNumbers;
}

/** Rows of a table; arrays say how many they are. */
export type RowNumbers = Iterable<number> & { readonly length?: number };

/**
 * The hard filters of discoveries. A recording that was heard within 30 days, liked, saved or hidden excludes every track of it.
 * Exactly 30 days ago counts as within; so does a time in the future.
 */
export function eligibility(
  table: TrackTable,
  profile: TasteProfile,
  options: EligibilityOptions,
): Eligibility {
  const { nowMs, playable } = options;
  if (!Number.isFinite(nowMs)) refuse(`nowMs is ${nowMs}.`);
  const rowsOf = function* (tracks: Iterable<string>) {
    for (const track of tracks) {
      const row = table.rowOf.get(track);
      if (row !== undefined) yield row;
    }
  };
  const heard = [...profile.lastHeard].flatMap(([track, atMs]) => (nowMs - atMs <= HEARD_MS ? [track] : []));
  return eligibilityOfRows(
    table,
    {
      heard: rowsOf(heard),
      liked: rowsOf(profile.liked),
      saved: rowsOf(profile.saved),
      hidden: rowsOf([...profile.hidden, ...(options.without ?? [])]),
    },
    playable,
  );
}

/** The same from rows, for a batch that keeps listeners' pasts as numbers: looking tracks up takes longer than choosing them. */
export function eligibilityOfRows(
  table: TrackTable,
  rows: ExcludedRows,
  playable: (row: number) => boolean = () => true,
): Eligibility {
  const { recordings } = table;
  const all = REASONS.map((why) => rows[why]);
  const excluded = new NumberTable(all.reduce((sum, { length = 0 }) => sum + length, 0));
  // The last reason that is written is the first in the order of `Exclusion`.
  for (const [reason, rows] of all.entries()) for (const row of rows) excluded.set(recordings[row]!, reason);
  return {
    exclusion: (row) => REASONS[excluded.get(recordings[row]!)] ?? (playable(row) ? null : "unplayable"),
  };
}

/** What concerns a recording, the weakest reason first. */
const REASONS = ["hidden", "saved", "liked", "heard"] as const;

/** Some of a table's artists, as its numbers; a `Set` of numbers is such. */
export interface Artists {
  has(artist: number): boolean;
}

/** The main artists of `rows`, in a form that is asked for hundreds of tracks faster than a `Set`. */
export function artistsOfRows({ artists }: TrackTable, rows: RowNumbers): Artists {
  const known = new NumberTable(rows.length ?? 0);
  for (const row of rows) known.set(artists[row]!, 1);
  return { has: (artist) => known.get(artist) > 0 };
}
