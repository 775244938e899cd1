import type { Milliseconds } from "../units";
import type { Anchor, Microseconds } from "./types";

/**
 * The position at server time `atUs`: the anchor's position plus rate times the time since, within 0 and the duration
 * (docs/spec/connect.md, CONN-036). Not rounded.
 */
export function positionAt(anchor: Anchor, atUs: Microseconds): Milliseconds {
  const moved = anchor.positionMs + ((atUs - anchor.atServerUs) / 1000) * (anchor.rateMilli / 1000);
  const end = anchor.durationMs > 0 ? anchor.durationMs : Number.POSITIVE_INFINITY;
  return Math.min(Math.max(0, moved), end);
}

/** The anchor with its position at `atUs`, standing. */
export function standAt(anchor: Anchor, atUs: Microseconds): Anchor {
  return { ...anchor, positionMs: Math.round(positionAt(anchor, atUs)), atServerUs: atUs, rateMilli: 0 };
}
