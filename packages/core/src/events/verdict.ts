import type { Milliseconds } from "../units";
import { countedMs, countsAsStream } from "./count-rule";
import { type PlayTime, placeInTime } from "./event-time";
import type { PlayEvent } from "./play-event";

/** What a server knows when it judges a well-formed event. */
export interface VerdictFacts {
  readonly sentAtMs: Milliseconds;
  readonly receivedAtMs: Milliseconds;
  /** From whom the event's id was accepted within the window. */
  readonly acceptedFrom: "nobody" | "this_user" | "another_user";
  readonly trackKnown: boolean;
}

/** What becomes of a well-formed event. */
export type Verdict =
  | {
      readonly status: "accepted";
      readonly reason: "" | "future";
      readonly time: PlayTime;
      readonly countedMs: Milliseconds;
      /** Whether it is a stream. */
      readonly counts: boolean;
    }
  | { readonly status: "duplicate"; readonly reason: "" }
  | { readonly status: "rejected"; readonly reason: "too_old" | "foreign_id" }
  | { readonly status: "quarantined"; readonly reason: "unknown_track" };

/** Judges an event in the order of the specification: seen before, too old, unknown track, accepted. */
export function judge(event: PlayEvent, facts: VerdictFacts): Verdict {
  if (facts.acceptedFrom === "this_user") return { status: "duplicate", reason: "" };
  if (facts.acceptedFrom === "another_user") return { status: "rejected", reason: "foreign_id" };
  const time = placeInTime(event, facts.sentAtMs, facts.receivedAtMs);
  if (time.tooOld) return { status: "rejected", reason: "too_old" };
  if (!facts.trackKnown) return { status: "quarantined", reason: "unknown_track" };
  return {
    status: "accepted",
    reason: time.future ? "future" : "",
    time,
    countedMs: countedMs(event),
    counts: countsAsStream(event),
  };
}
