import { refuse } from "../refuse";
import type { TasteProfile } from "../taste/profile";
import type { TrackTable } from "./track-table";

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

/**
 * The hard filters of discoveries. A recording that was heard within 30 days, liked, saved or hidden excludes every track of it.
 * Exactly 30 days ago counts as within; so does a time in the future.
 */
export function eligibility(
  table: TrackTable,
  profile: TasteProfile,
  options: EligibilityOptions,
): Eligibility {
  const { nowMs, playable = () => true } = options;
  if (!Number.isFinite(nowMs)) refuse(`nowMs is ${nowMs}.`);
  const excluded = new Map<number, Exclusion>();
  const exclude = (track: string, why: Exclusion) => {
    const row = table.rowOf.get(track);
    if (row === undefined) return;
    const recording = table.recordings[row]!;
    if (!excluded.has(recording)) excluded.set(recording, why);
  };
  for (const [track, atMs] of profile.lastHeard) if (nowMs - atMs <= HEARD_MS) exclude(track, "heard");
  for (const track of profile.liked) exclude(track, "liked");
  for (const track of profile.saved) exclude(track, "saved");
  for (const track of profile.hidden) exclude(track, "hidden");
  for (const track of options.without ?? []) exclude(track, "hidden");
  return {
    exclusion: (row) => excluded.get(table.recordings[row]!) ?? (playable(row) ? null : "unplayable"),
  };
}
