import type { RenditionId, TrackId } from "../ids";
import type { Milliseconds } from "../units";

/** Most events of one batch: as many plays of usual length as `MAX_BATCH_BYTES` holds in the binary form. */
export const MAX_BATCH_EVENTS = 200;
/** Most bytes of one batch in the encoding in which it travels. */
export const MAX_BATCH_BYTES = 51_200;
/** How long after its start a play is accepted, and for how long at least its id is recognized. */
export const EVENT_WINDOW_MS: Milliseconds = 35 * 86_400_000;
/** Longest that a play may claim to have lasted. */
export const MAX_PLAY_MS: Milliseconds = EVENT_WINDOW_MS;
/** Most parts of a play that its event tells. */
export const MAX_SEGMENTS = 200;
/** Highest position in a track that a part of a play may have. */
export const MAX_SEGMENT_MS: Milliseconds = 86_400_000;

/** A part of a track that was heard without a jump. */
export interface HeardSegment {
  readonly startMs: Milliseconds;
  /** Position after the last frame. */
  readonly endMs: Milliseconds;
}

/** Why a play started; null when unknown. */
export type StartReason = "picked" | "track_done" | "forward" | "back" | "transfer";
/** Why a play ended; null when unknown. */
export type EndReason = "track_done" | "forward" | "back" | "picked" | "transfer" | "failed" | "closed";

/** One play, as its client tells it. Plain data that survives JSON. */
export interface Play {
  /** UUID of version 7 in lower-case text, made when the play started. */
  readonly eventId: string;
  readonly trackId: TrackId;
  readonly renditionId: RenditionId;
  /** Client wall clock at the last audible frame. */
  readonly endedAtMs: Milliseconds;
  /** Time of audible output. */
  readonly msPlayed: Milliseconds;
  /** Time from the first audible frame to the last, pauses included. */
  readonly elapsedMs: Milliseconds;
  /** What was heard, in order; at most 200. */
  readonly segments: readonly HeardSegment[];
  /** What was played from: `album`, `playlist`, `artist`, `radio`, `queue` or `tracks`. */
  readonly contextKind: string;
  /** Id of the context; empty for a bare list. */
  readonly contextId: string;
  readonly startReason: StartReason | null;
  readonly endReason: EndReason | null;
  /** Played under a license without contact to the server. */
  readonly offline: boolean;
  readonly privateSession: boolean;
  /** The volume was 0 for the whole play. */
  readonly muted: boolean;
}

/** A play with its place in a stream of events, as it travels. */
export interface PlayEvent extends Play {
  /** 16 bytes in lower-case hex, made per installation and user. */
  readonly streamId: string;
  /** Place in the stream, from 1 without gaps. */
  readonly seq: number;
  /** Time since `endedAtMs` at this attempt by a monotonic clock; absent after a restart. */
  readonly ageMs?: Milliseconds;
}

/** What became of an event. Only `retry` is not final. */
export type ReceiptStatus = "accepted" | "duplicate" | "rejected" | "retry" | "quarantined";

/** The server's answer to one event. */
export interface Receipt {
  /** UUID in lower-case text; empty when the server could not read it. */
  readonly eventId: string;
  readonly status: ReceiptStatus;
  /** A stable name; empty when there is nothing to say. */
  readonly reason: string;
}

/** What an outbox holds and has lost. */
export interface OutboxStats {
  /** 16 bytes in lower-case hex. */
  readonly streamId: string;
  /** Lowest sequence number that is held; 0 when none is. */
  readonly seqMin: number;
  /** Sequence number of the next event. */
  readonly seqNext: number;
  /** Losses by reason since the stream began. */
  readonly drops: readonly { readonly reason: string; readonly count: number }[];
}
