/** Judges the batches of one commit and writes what is to be kept of them. */
import { createHash } from "node:crypto";
import { hexBytes, type Receipt } from "@segue/core";
import { playEventCodec } from "@segue/core/wire";
import { sql, type Transaction } from "kysely";
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
import { compile } from "../compiled";
import { rowInserter, rowsAmong } from "../compiled-lists";
import type { SqlDatabase } from "../database";
import type {
  AcceptedIdsTable,
  EventsTable,
  EventTables,
  PlayCountsTable,
  QuarantineTable,
  StreamsTable,
} from "./tables";

type Tx = Transaction<EventTables>;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const keyOf = (eventId: string) => hex(hexBytes(eventId));

/** What one commit writes. */
interface Kept {
  readonly events: Omit<EventsTable, "offset">[];
  readonly apart: Omit<QuarantineTable, "id">[];
  readonly plays: Map<string, number>;
}

function eventRow(play: Omit<LoggedEvent, "offset">): Omit<EventsTable, "offset"> {
  const { event } = play;
  return {
    event_id: hexBytes(event.eventId),
    user_id: play.userId,
    device_id: play.deviceId,
    market: play.market,
    track_id: event.trackId,
    received_at: play.receivedAtMs,
    started_at: play.startedAtMs,
    ended_at: play.endedAtMs,
    counted_ms: play.countedMs,
    counts: play.counts ? 1 : 0,
    future: play.future ? 1 : 0,
    payload: playEventCodec.toBytes(event),
  };
}

function apartRow(eventId: string, event: QuarantinedEvent): Omit<QuarantineTable, "id"> {
  const name = createHash("sha256").update(`${event.userId} ${eventId} `);
  if (eventId === "") name.update(event.raw);
  return {
    name: name.digest(),
    user_id: event.userId,
    device_id: event.deviceId,
    received_at: event.receivedAtMs,
    reason: event.reason,
    // It may quote what came, and that may be what no database keeps as text.
    detail: event.detail.replace(/[\0\p{Surrogate}]/gu, "\ufffd"),
    raw: event.raw,
  };
}

/** Makes the function that writes batches; a list of receipts for each. */
export function createWriter(
  database: SqlDatabase<EventTables>,
): (submissions: readonly Submission[], tx: Tx) => Promise<readonly (readonly Receipt[])[]> {
  const owners = rowsAmong<EventTables, AcceptedIdsTable>(
    database,
    sql`select event_id, user_id from accepted_ids`,
    "event_id",
  );
  const log = rowInserter<EventTables, Kept["events"][number]>(database, "events", [
    "event_id",
    "user_id",
    "device_id",
    "market",
    "track_id",
    "received_at",
    "started_at",
    "ended_at",
    "counted_ms",
    "counts",
    "future",
    "payload",
  ]);
  const remember = rowInserter<EventTables, AcceptedIdsTable>(database, "accepted_ids", [
    "event_id",
    "user_id",
    "accepted_at",
  ]);
  const count = rowInserter<EventTables, PlayCountsTable>(
    database,
    "play_counts",
    ["track_id", "plays"],
    sql`on conflict (track_id) do update set plays = play_counts.plays + excluded.plays`,
  );
  const quarantine = rowInserter<EventTables, Kept["apart"][number]>(
    database,
    "quarantine",
    ["name", "user_id", "device_id", "received_at", "reason", "detail", "raw"],
    sql`on conflict (name) do nothing`,
  );
  const thin = compile(database, (db, p: { userId: string }) =>
    db
      .deleteFrom("quarantine")
      .where("user_id", "=", p.userId)
      .where("id", "<=", (eb) =>
        eb
          .selectFrom("quarantine")
          .select("id")
          .where("user_id", "=", p.userId)
          .orderBy("id", "desc")
          .limit(1)
          .offset(MAX_QUARANTINED),
      ),
  );
  const stream = compile(database, (db, p: { userId: string; streamId: Uint8Array }) =>
    db
      .selectFrom("streams")
      .select(["ranges", "dropped"])
      .where("user_id", "=", p.userId)
      .where("stream_id", "=", p.streamId),
  );
  const putStreams = rowInserter<EventTables, StreamsTable>(
    database,
    "streams",
    ["user_id", "stream_id", "ranges", "dropped", "missing", "updated_at"],
    sql`on conflict (user_id, stream_id) do update set ranges = excluded.ranges, dropped = excluded.dropped,
      missing = excluded.missing, updated_at = excluded.updated_at`,
  );
  const thinStreams = compile(database, (db, p: { userId: string }) =>
    db
      .deleteFrom("streams")
      .where("user_id", "=", p.userId)
      .where("stream_id", "not in", (eb) =>
        eb
          .selectFrom("streams")
          .select("stream_id")
          .where("user_id", "=", p.userId)
          .orderBy("updated_at", "desc")
          .limit(MAX_STREAMS),
      ),
  );

  /** Of the ids in `submissions`: who sent them before. */
  async function ownersOf(submissions: readonly Submission[], tx: Tx): Promise<Map<string, string>> {
    const ids = new Map<string, Uint8Array>();
    for (const { items } of submissions)
      for (const item of items)
        if (item.kind === "event") ids.set(keyOf(item.event.eventId), hexBytes(item.event.eventId));
    const rows = await owners([...ids.values()], tx);
    return new Map(rows.map((row) => [hex(row.event_id), row.user_id]));
  }

  /** Judges a batch; what was kept of earlier ones, and of earlier items of the same, counts. */
  function judgeBatch(submission: Submission, owned: Map<string, string>, kept: Kept): readonly Judgment[] {
    const { userId } = submission;
    const acceptedFrom = (eventId: string) => {
      const owner = owned.get(keyOf(eventId));
      if (owner === undefined) return "nobody" as const;
      return owner === userId ? ("this_user" as const) : ("another_user" as const);
    };
    return submission.items.map((item) => {
      const judgment = judgeItem(submission, item, acceptedFrom);
      const { accepted, quarantined, receipt } = judgment;
      if (accepted) {
        const { trackId, eventId } = accepted.event;
        kept.events.push(eventRow(accepted));
        owned.set(keyOf(eventId), userId);
        if (accepted.counts) kept.plays.set(trackId, (kept.plays.get(trackId) ?? 0) + 1);
      }
      if (quarantined) kept.apart.push(apartRow(receipt.eventId, quarantined));
      return judgment;
    });
  }

  async function keep({ events, apart, plays }: Kept, tx: Tx): Promise<void> {
    await log(events, tx);
    await remember(
      events.map(({ event_id, user_id, received_at }) => ({ event_id, user_id, accepted_at: received_at })),
      tx,
    );
    await count(
      [...plays].map(([track_id, counted]) => ({ track_id, plays: counted })),
      tx,
    );
    await quarantine(apart, tx);
    for (const userId of new Set(apart.map((row) => row.user_id))) await thin.run({ userId }, tx);
  }

  /** Notes what arrived of each stream. */
  async function noteArrivals(
    batches: readonly (readonly [Submission, readonly Judgment[]])[],
    tx: Tx,
  ): Promise<void> {
    const states = new Map<
      string,
      { state: StreamState; row: Omit<StreamsTable, "ranges" | "dropped" | "missing"> }
    >();
    const begun = new Set<string>();
    for (const [{ userId, receivedAtMs, stats }, judgments] of batches)
      for (const [streamId, seqs] of seqsByStream(judgments)) {
        const id = hexBytes(streamId);
        const key = `${userId} ${hex(id)}`;
        let before = states.get(key)?.state;
        if (!before) {
          const row = await stream.first({ userId, streamId: id }, tx);
          if (!row) begun.add(userId);
          before = row ? { ranges: JSON.parse(row.ranges), dropped: row.dropped } : NEW_STREAM;
        }
        const state = arrived(before, seqs, stats?.streamId === streamId ? stats : undefined);
        states.set(key, { state, row: { user_id: userId, stream_id: id, updated_at: receivedAtMs } });
      }
    const rows = [...states.values()].map(({ state, row }) => ({
      ...row,
      ranges: JSON.stringify(state.ranges),
      dropped: state.dropped,
      missing: unexplained(state),
    }));
    await putStreams(rows, tx);
    for (const userId of begun) await thinStreams.run({ userId }, tx);
  }

  return async (submissions, tx) => {
    const owned = await ownersOf(submissions, tx);
    const kept: Kept = { events: [], apart: [], plays: new Map() };
    const batches = submissions.map(
      (submission) => [submission, judgeBatch(submission, owned, kept)] as const,
    );
    await keep(kept, tx);
    await noteArrivals(batches, tx);
    return batches.map(([, judgments]) => judgments.map(({ receipt }) => receipt));
  };
}
