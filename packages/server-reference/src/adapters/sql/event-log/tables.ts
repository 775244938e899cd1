/** The event log's tables, as Kysely sees them. Instants are milliseconds since the Unix epoch. */
import type { Generated } from "kysely";

export interface EventsTable {
  /** Rises in the order in which batches were kept. */
  offset: Generated<number>;
  event_id: Uint8Array;
  user_id: string;
  device_id: string;
  market: string;
  track_id: string;
  received_at: number;
  started_at: number;
  ended_at: number;
  counted_ms: number;
  counts: number;
  future: number;
  /** The event in protobuf. */
  payload: Uint8Array;
}
export interface AcceptedIdsTable {
  event_id: Uint8Array;
  user_id: string;
  accepted_at: number;
}
/** One row. */
export interface ForgottenTable {
  up_to_offset: number;
}
export interface PlayCountsTable {
  track_id: string;
  plays: number;
}
export interface QuarantineTable {
  id: Generated<number>;
  /** Hash of who sent what, so that a repetition is kept once. */
  name: Uint8Array;
  user_id: string;
  device_id: string;
  received_at: number;
  reason: string;
  detail: string;
  /** As it came. */
  raw: Uint8Array;
}
export interface StreamsTable {
  user_id: string;
  stream_id: Uint8Array;
  /** JSON of the sequence numbers that arrived. */
  ranges: string;
  dropped: number;
  missing: number;
  updated_at: number;
}

/** Every table of the log. */
export interface EventTables {
  events: EventsTable;
  accepted_ids: AcceptedIdsTable;
  forgotten: ForgottenTable;
  play_counts: PlayCountsTable;
  quarantine: QuarantineTable;
  streams: StreamsTable;
}
