import type { Milliseconds } from "../units";
import { EVENT_WINDOW_MS, type PlayEvent } from "./play-event";

/** An end that lies further ahead of the received time is flagged. */
const FUTURE_TOLERANCE_MS: Milliseconds = 5 * 60_000;

/** When a play happened, by the server's clock. */
export interface PlayTime {
  readonly startedAtMs: Milliseconds;
  readonly endedAtMs: Milliseconds;
  /** The end lay more than 5 minutes in the future and was set to the received time. */
  readonly future: boolean;
  /** The start lies more than 35 days before the received time. */
  readonly tooOld: boolean;
}

/**
 * Places a play on the server's clock. Only differences of one client clock enter, so that a clock that is wrong by a
 * constant changes nothing; the age by a monotonic clock is better still, as the wall clock may have been set meanwhile.
 */
export function placeInTime(
  event: Pick<PlayEvent, "endedAtMs" | "ageMs" | "elapsedMs">,
  sentAtMs: Milliseconds,
  receivedAtMs: Milliseconds,
): PlayTime {
  const ageMs = event.ageMs ?? sentAtMs - event.endedAtMs;
  const endedAtMs = receivedAtMs - Math.max(0, ageMs);
  const startedAtMs = endedAtMs - event.elapsedMs;
  return {
    startedAtMs,
    endedAtMs,
    future: ageMs < -FUTURE_TOLERANCE_MS,
    tooOld: startedAtMs < receivedAtMs - EVENT_WINDOW_MS,
  };
}
