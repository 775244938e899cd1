/** Events and batches as a client would make them. */
import { randomBytes } from "node:crypto";
import {
  type DeviceId,
  idFromBytes,
  type PlayEvent,
  type RenditionId,
  type TrackId,
  type UserId,
  uuidText,
  uuidV7,
} from "@segue/core";
import type { IncomingEvent } from "@segue/core/wire";
import type { Submission } from "../modules/events/event-log";

export const NOW = Date.UTC(2030, 0, 2, 12);
export const STREAM = "00112233445566778899aabbccddeeff";
export const numbered = (n: number) => Uint8Array.from({ length: 16 }, (_, i) => (i === 15 ? n : 1));
export const TRACK = idFromBytes("track", numbered(1)) as TrackId;
export const ANNA = idFromBytes("user", numbered(1)) as UserId;
export const BEN = idFromBytes("user", numbered(2)) as UserId;
export const DEVICE = idFromBytes("device", numbered(1)) as DeviceId;

/** The id of event number `n`, or a random one. */
export const eventIdOf = (n?: number): string =>
  uuidText(
    uuidV7(
      NOW,
      n === undefined
        ? randomBytes(10)
        : Uint8Array.from({ length: 10 }, (_, i) => (i > 7 ? (n >> (8 * (9 - i))) & 255 : 1)),
    ),
  );

/** A play of 60 s that has just ended. */
export function play(change: Partial<PlayEvent> = {}): PlayEvent {
  return {
    eventId: eventIdOf(),
    streamId: STREAM,
    seq: 1,
    trackId: TRACK,
    renditionId: idFromBytes("rendition", numbered(1)) as RenditionId,
    endedAtMs: NOW,
    msPlayed: 60_000,
    elapsedMs: 60_000,
    segments: [{ startMs: 0, endMs: 60_000 }],
    contextKind: "album",
    contextId: "alb_00000000000000000000000001",
    startReason: "picked",
    endReason: "track_done",
    offline: false,
    privateSession: false,
    muted: false,
    ...change,
  };
}

export const item = (event: PlayEvent): IncomingEvent => ({ kind: "event", event });

/** A batch of `events` that is received now. */
export function submission(events: readonly PlayEvent[], change: Partial<Submission> = {}): Submission {
  return {
    userId: ANNA,
    deviceId: DEVICE,
    market: "DE",
    sentAtMs: NOW,
    receivedAtMs: NOW,
    items: events.map(item),
    knownTracks: new Set<string>(events.map((event) => event.trackId)),
    ...change,
  };
}
