import type { Milliseconds } from "../units";
import type { Play } from "./play-event";

/** Shortest counted time of a stream. */
export const STREAM_MS: Milliseconds = 30_000;

/** What a sound card's clock and the reports of the output may differ from the monotonic clock. */
const TOLERANCE_MS = 1_000;
const TOLERANCE_DIVISOR = 100;

/** The sound that a play is believed to have made: what it claims, but no more than there was time for. */
export function countedMs({ msPlayed, elapsedMs }: Pick<Play, "msPlayed" | "elapsedMs">): Milliseconds {
  return Math.min(msPlayed, elapsedMs + TOLERANCE_MS + Math.floor(elapsedMs / TOLERANCE_DIVISOR));
}

/** Whether an accepted play counts as a stream. */
export function countsAsStream(play: Pick<Play, "msPlayed" | "elapsedMs">): boolean {
  return countedMs(play) >= STREAM_MS;
}
