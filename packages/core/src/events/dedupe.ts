import type { UserId } from "../ids";
import type { Milliseconds } from "../units";
import { EVENT_WINDOW_MS } from "./play-event";
import type { VerdictFacts } from "./verdict";

/** Ids are kept a day longer than an event may be old, so that at no instant both memory and age miss one. */
export const DEDUPE_KEPT_MS: Milliseconds = EVENT_WINDOW_MS + 86_400_000;

/** Remembers exactly which event ids were accepted, from whom, within the window. */
export interface DedupeWindow {
  readonly size: number;
  acceptedFrom(eventId: string, userId: UserId): VerdictFacts["acceptedFrom"];
  /** Remembers an accepted id; the first owner stays. */
  add(eventId: string, userId: UserId, acceptedAtMs: Milliseconds): void;
  /** Forgets what was accepted before the window that ends at `nowMs`. */
  forget(nowMs: Milliseconds): void;
}

/** An empty window. */
export function createDedupeWindow(): DedupeWindow {
  const accepted = new Map<string, { readonly userId: UserId; readonly acceptedAtMs: Milliseconds }>();
  return {
    get size() {
      return accepted.size;
    },
    acceptedFrom(eventId, userId) {
      const entry = accepted.get(eventId);
      if (entry === undefined) return "nobody";
      return entry.userId === userId ? "this_user" : "another_user";
    },
    add(eventId, userId, acceptedAtMs) {
      if (!accepted.has(eventId)) accepted.set(eventId, { userId, acceptedAtMs });
    },
    forget(nowMs) {
      for (const [eventId, { acceptedAtMs }] of accepted)
        if (acceptedAtMs < nowMs - DEDUPE_KEPT_MS) accepted.delete(eventId);
    },
  };
}
