/** Plays after docs/spec/events.md: ids, the count rule, time, and what becomes of an event. */
import { randomBytes } from "node:crypto";

export const STREAM_MS = 30_000;
const WINDOW_MS = 35 * 86_400_000;
const TOLERATED_FUTURE_MS = 5 * 60_000;

/** 16 bytes of a UUID of version 7 whose time is `timeMs`. */
export function eventId(timeMs: number): Buffer {
  const id = randomBytes(16);
  id.writeUIntBE(timeMs, 0, 6);
  id[6] = 0x70 | (id[6]! & 0x0f);
  id[8] = 0x80 | (id[8]! & 0x3f);
  return id;
}

/** EVT-034: what a play claims, bounded by the time there was for it. */
export function countedMs(msPlayed: number, elapsedMs: number): number {
  const bound = elapsedMs + 1000 + Math.floor(elapsedMs / 100);
  return msPlayed < bound ? msPlayed : bound;
}

/** An event as far as its fate depends on it. */
export interface ReportedPlay {
  readonly id: string;
  readonly user: string;
  readonly track: string;
  readonly trackKnown: boolean;
  readonly malformed: boolean;
  readonly msPlayed: number;
  readonly elapsedMs: number;
  /** Time since its end when it was sent; negative for an end in the future. */
  readonly ageMs: number;
}

/** A receipt as the specification's table has it. */
export interface Fate {
  readonly status: "ACCEPTED" | "DUPLICATE" | "REJECTED" | "QUARANTINED";
  readonly reason: "" | "future" | "too_old" | "foreign_id" | "malformed" | "unknown_track";
}

/** What a server has to remember of plays. */
export class IngestModel {
  readonly #owner = new Map<string, string>();
  readonly #streams = new Map<string, number>();

  /** Takes an event in, in the order that EVT-049 gives. */
  take(play: ReportedPlay): Fate {
    if (play.malformed) return { status: "QUARANTINED", reason: "malformed" };
    const owner = this.#owner.get(play.id);
    if (owner === play.user) return { status: "DUPLICATE", reason: "" };
    if (owner !== undefined) return { status: "REJECTED", reason: "foreign_id" };
    const age = Math.max(0, play.ageMs);
    if (age + play.elapsedMs > WINDOW_MS) return { status: "REJECTED", reason: "too_old" };
    if (!play.trackKnown) return { status: "QUARANTINED", reason: "unknown_track" };
    this.#owner.set(play.id, play.user);
    if (countedMs(play.msPlayed, play.elapsedMs) >= STREAM_MS)
      this.#streams.set(play.track, this.streams(play.track) + 1);
    return { status: "ACCEPTED", reason: -play.ageMs > TOLERATED_FUTURE_MS ? "future" : "" };
  }

  /** Streams of a track. */
  streams(track: string): number {
    return this.#streams.get(track) ?? 0;
  }
}
