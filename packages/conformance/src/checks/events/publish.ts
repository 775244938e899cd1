/** Batches of events, as checks send them. */
import { randomBytes } from "node:crypto";
import type { Answer } from "../../models/answers";
import { eventId } from "../../models/plays";
import type { Execution } from "../../runner/execution";
import type { Facts } from "../../subjects/facts";
import type { Listener } from "../../subjects/subject";
import { type RegisteredDevice, registeredDevice } from "../register";

/** Why events cannot be checked here; null when they can. */
export function noEvents({ features, tracks }: Facts): string | null {
  if (!features.has("events")) return "the server's capabilities do not list events";
  return tracks.length < 4 ? "the catalog has fewer than four tracks" : null;
}

/** A listener, their device and its stream of events. */
export interface Sender {
  readonly listener: Listener;
  readonly device: RegisteredDevice;
  readonly streamId: string;
  seq: number;
}

export async function makeSender(run: Execution, plan: "free" | "premium" = "premium"): Promise<Sender> {
  const listener = await run.listener({ plan });
  const device = await registeredDevice(run, listener);
  return { listener, device, streamId: randomBytes(16).toString("base64"), seq: 0 };
}

/** A well-formed event in the canonical JSON mapping; `changes` replace fields. */
export function makeEvent(
  sender: Sender,
  trackId: string,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  sender.seq += 1;
  const now = Date.now();
  return {
    eventId: eventId(now).toString("base64"),
    streamId: sender.streamId,
    seq: String(sender.seq),
    trackId,
    renditionId: `rnd_${"0".repeat(26)}`,
    endedAtMs: String(now),
    ageMs: "0",
    msPlayed: 30_000,
    elapsedMs: 30_000,
    contextKind: "tracks",
    startReason: "START_REASON_PICKED",
    endReason: "END_REASON_TRACK_DONE",
    ...changes,
  };
}

/** Sends a batch. */
export function publish(
  run: Execution,
  sender: Sender,
  events: readonly unknown[],
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  const body = { events, sentAtMs: String(Date.now()), deviceId: sender.device.id, ...changes };
  return run.http.post("/v1/events", body, {
    token: sender.listener.accessToken,
    as: `/v1/events {${events.length} ${events.length === 1 ? "event" : "events"}}`,
  });
}

/** The receipts of an accepted batch: `STATUS` or `STATUS reason`. */
export function receiptsOf(run: Execution, answer: Answer, events: readonly unknown[]): readonly string[] {
  run.same("EVT-017", answer.status, 202, "status");
  const receipts: readonly { eventId?: string; status?: string; reason?: string }[] =
    answer.json?.receipts ?? [];
  run.same("EVT-017", receipts.length, events.length, "receipts:");
  for (const [i, { eventId: id = "", status }] of receipts.entries()) {
    if (status === "RECEIPT_STATUS_QUARANTINED") continue;
    run.same("EVT-017", id, (events[i] as { eventId?: string }).eventId, `receipt ${i + 1} for`);
  }
  return receipts.map(({ status = "", reason = "" }) =>
    `${status.replace(/^RECEIPT_STATUS_/, "")} ${reason}`.trim(),
  );
}

/** Streams of a track, as the server publishes them. */
export async function playsOf(run: Execution, sender: Sender, trackId: string): Promise<number> {
  const answer = await run.http.get(`/v1/play-counts?ids=${trackId}`, { token: sender.listener.accessToken });
  const plays = answer.json?.items?.[0]?.plays;
  run.must("EVT-058", Number.isInteger(Number(plays)), "an entry with plays", answer.json ?? answer.status);
  return Number(plays);
}
