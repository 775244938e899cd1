/** Where accepted events are kept. Implementations: SQL, memory. Both pass `testing/event-log-suite.ts`. */
import type { DeviceId, Milliseconds, OutboxStats, PlayEvent, Receipt, TrackId, UserId } from "@segue/core";
import type { IncomingEvent } from "@segue/core/wire";

/** A batch as it was received, with what the server knows about it. */
export interface Submission {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  /** The listener's market, ISO 3166-1 alpha-2. */
  readonly market: string;
  readonly sentAtMs: Milliseconds;
  readonly receivedAtMs: Milliseconds;
  readonly items: readonly IncomingEvent[];
  /** The tracks that exist among those that `items` name. */
  readonly knownTracks: ReadonlySet<string>;
  readonly stats?: OutboxStats;
}

/** An accepted event, as whoever reads the log sees it. */
export interface LoggedEvent {
  /** Place in the log; rises. */
  readonly offset: number;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly market: string;
  readonly receivedAtMs: Milliseconds;
  /** By the server's clock. */
  readonly startedAtMs: Milliseconds;
  readonly endedAtMs: Milliseconds;
  readonly countedMs: Milliseconds;
  /** Whether it is a stream. */
  readonly counts: boolean;
  /** Its end lay in the future and was set to the received time. */
  readonly future: boolean;
  readonly event: PlayEvent;
}

/** An event that was kept apart. */
export interface QuarantinedEvent {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly receivedAtMs: Milliseconds;
  readonly reason: "malformed" | "unknown_track";
  readonly detail: string;
  /** As it came: JSON text or protobuf. */
  readonly raw: Uint8Array;
}

/** What a log has done and holds, for metrics. */
export interface EventLogFigures {
  /** Sequence numbers that neither arrived nor were reported as dropped. */
  readonly missing: number;
  readonly quarantined: number;
  /** Durable commits since the log was opened, and how long they took together. */
  readonly commits: number;
  readonly commitSeconds: number;
}

/** An append-only log of plays with exact dedupe and the counts that follow from it. */
export interface EventLog {
  /**
   * Judges and keeps a batch: one receipt per item, in order. Everything that the receipts say is durable once it
   * resolves; when it rejects, nothing of the batch was kept.
   * @throws SegueError `unavailable` when nothing can be stored now
   */
  append(submission: Submission): Promise<readonly Receipt[]>;
  /** Streams of each of `trackIds`; 0 for those without any. */
  plays(trackIds: readonly TrackId[]): Promise<ReadonlyMap<TrackId, number>>;
  /** Accepted events behind `offset`, oldest first. */
  read(offset: number, limit: number): Promise<readonly LoggedEvent[]>;
  /** Kept-apart events of a user, oldest first. */
  quarantined(userId: UserId, limit: number): Promise<readonly QuarantinedEvent[]>;
  /** Makes the counts anew from the log. */
  recount(): Promise<void>;
  /** Forgets ids that were accepted so long ago that a repetition would be too old. Returns how many. */
  forget(nowMs: Milliseconds): Promise<number>;
  figures(): Promise<EventLogFigures>;
  close(): Promise<void>;
}

/** Kept-apart events of one user beyond this push out the oldest. */
export const MAX_QUARANTINED = 1_000;
/** Streams of one user beyond this push out the one that was silent longest. */
export const MAX_STREAMS = 100;
