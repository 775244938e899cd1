/** Writes one batch into the event log, within a transaction that somebody else began. */
import { createHash } from "node:crypto";
import { hexBytes, type Receipt } from "@segue/core";
import { playEventCodec } from "@segue/core/wire";
import type Libsql from "libsql";
import {
  arrived,
  NEW_STREAM,
  type StreamState,
  seqsByStream,
  unexplained,
} from "../../../modules/events/arrivals";
import {
  type LoggedEvent,
  MAX_QUARANTINED,
  MAX_STREAMS,
  type QuarantinedEvent,
  type Submission,
} from "../../../modules/events/event-log";
import { type Judgment, judgeItem } from "../../../modules/events/judge-item";

/** Makes the function that judges a batch and writes what is to be kept of it. */
export function createWriter(connection: Libsql.Database): (submission: Submission) => readonly Receipt[] {
  // Values are always passed as a list: libsql takes a lone blob for a table of named values and aborts.
  const owner = connection.prepare("SELECT user_id FROM accepted_ids WHERE event_id = ?");
  const remember = connection.prepare("INSERT INTO accepted_ids VALUES (?, ?, ?)");
  const log = connection.prepare(
    `INSERT INTO events (event_id, user_id, device_id, market, track_id, received_at, started_at, ended_at, counted_ms,
     counts, future, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const count = connection.prepare(
    "INSERT INTO play_counts VALUES (?, 1) ON CONFLICT (track_id) DO UPDATE SET plays = plays + 1",
  );
  const quarantine = connection.prepare(
    `INSERT OR IGNORE INTO quarantine (name, user_id, device_id, received_at, reason, detail, raw)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const thin = connection.prepare(
    `DELETE FROM quarantine WHERE user_id = ?1 AND id <= (
       SELECT id FROM quarantine WHERE user_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${MAX_QUARANTINED})`,
  );
  const stream = connection.prepare(
    "SELECT ranges, dropped FROM streams WHERE user_id = ? AND stream_id = ?",
  );
  const putStream = connection.prepare("INSERT OR REPLACE INTO streams VALUES (?, ?, ?, ?, ?, ?)");
  const thinStreams = connection.prepare(
    `DELETE FROM streams WHERE user_id = ?1 AND stream_id NOT IN (
       SELECT stream_id FROM streams WHERE user_id = ?1 ORDER BY updated_at DESC LIMIT ${MAX_STREAMS})`,
  );

  function accept(play: Omit<LoggedEvent, "offset">): void {
    const { event, userId, deviceId, market, receivedAtMs, startedAtMs, endedAtMs, countedMs } = play;
    const id = hexBytes(event.eventId);
    const times = [receivedAtMs, startedAtMs, endedAtMs, countedMs];
    const flags = [play.counts ? 1 : 0, play.future ? 1 : 0];
    log.run([id, userId, deviceId, market, event.trackId, ...times, ...flags, playEventCodec.toBytes(event)]);
    remember.run([id, userId, receivedAtMs]);
    if (play.counts) count.run([event.trackId]);
  }

  function keepApart(eventId: string, event: QuarantinedEvent): void {
    const { userId, deviceId, receivedAtMs, reason, detail, raw } = event;
    const name = createHash("sha256").update(`${userId} ${eventId} `);
    if (eventId === "") name.update(raw);
    quarantine.run([name.digest(), userId, deviceId, receivedAtMs, reason, detail, raw]);
    thin.run([userId]);
  }

  function noteArrivals({ userId, receivedAtMs, stats }: Submission, judgments: readonly Judgment[]): void {
    for (const [streamId, seqs] of seqsByStream(judgments)) {
      const id = hexBytes(streamId);
      const row = stream.get([userId, id]) as { ranges: string; dropped: number } | undefined;
      const before: StreamState = row ? { ranges: JSON.parse(row.ranges), dropped: row.dropped } : NEW_STREAM;
      const after = arrived(before, seqs, stats?.streamId === streamId ? stats : undefined);
      const text = JSON.stringify(after.ranges);
      putStream.run([userId, id, text, after.dropped, unexplained(after), receivedAtMs]);
      if (!row) thinStreams.run([userId]);
    }
  }

  return (submission) => {
    const acceptedFrom = (eventId: string) => {
      const row = owner.get([hexBytes(eventId)]) as { user_id: string } | undefined;
      if (row === undefined) return "nobody" as const;
      return row.user_id === submission.userId ? ("this_user" as const) : ("another_user" as const);
    };
    // An item is kept before the next is judged, so that a repetition within the batch is seen.
    const judgments = submission.items.map((item) => {
      const judgment = judgeItem(submission, item, acceptedFrom);
      if (judgment.accepted) accept(judgment.accepted);
      if (judgment.quarantined) keepApart(judgment.receipt.eventId, judgment.quarantined);
      return judgment;
    });
    noteArrivals(submission, judgments);
    return judgments.map((judgment) => judgment.receipt);
  };
}
