import { judge, type Receipt, type Verdict } from "@segue/core";
import { type IncomingEvent, playEventCodec } from "@segue/core/wire";
import type { LoggedEvent, QuarantinedEvent, Submission } from "./event-log";

/** What is to be kept of one item of a batch, and what its receipt says. */
export interface Judgment {
  readonly receipt: Receipt;
  readonly accepted: Omit<LoggedEvent, "offset"> | null;
  readonly quarantined: QuarantinedEvent | null;
  /** Of an item that could be read: its place in its stream. */
  readonly place: { readonly streamId: string; readonly seq: number } | null;
}

/** Judges one item; `acceptedFrom` is asked for well-formed events alone. */
export function judgeItem(
  submission: Submission,
  item: IncomingEvent,
  acceptedFrom: (eventId: string) => Parameters<typeof judge>[1]["acceptedFrom"],
): Judgment {
  const { userId, deviceId, market, sentAtMs, receivedAtMs, knownTracks } = submission;
  const whose = { userId, deviceId, receivedAtMs };
  if (item.kind === "malformed") {
    const { eventId, detail, raw } = item;
    const receipt: Receipt = { eventId, status: "quarantined", reason: "malformed" };
    const quarantined: QuarantinedEvent = { ...whose, reason: "malformed", detail, raw };
    return { receipt, accepted: null, quarantined, place: null };
  }
  const { event } = item;
  const { eventId, streamId, seq } = event;
  const facts = {
    sentAtMs,
    receivedAtMs,
    acceptedFrom: acceptedFrom(eventId),
    trackKnown: knownTracks.has(event.trackId),
  };
  const verdict = judge(event, facts);
  const receipt: Receipt = { eventId, status: verdict.status, reason: verdict.reason };
  const place = { streamId, seq };
  if (verdict.status === "quarantined") {
    const detail = `${event.trackId} is not in the catalog`;
    const raw = playEventCodec.toBytes(event);
    const quarantined: QuarantinedEvent = { ...whose, reason: "unknown_track", detail, raw };
    return { receipt, accepted: null, quarantined, place };
  }
  const accepted = verdict.status === "accepted" ? { ...whose, market, event, ...logged(verdict) } : null;
  return { receipt, accepted, quarantined: null, place };
}

function logged({ time, countedMs, counts }: Extract<Verdict, { status: "accepted" }>) {
  const { startedAtMs, endedAtMs, future } = time;
  return { startedAtMs, endedAtMs, future, countedMs, counts };
}
