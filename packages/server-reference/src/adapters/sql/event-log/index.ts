/** The event log in SQL. */
import { DEDUPE_KEPT_MS, type DeviceId, SegueError, type TrackId, type UserId } from "@segue/core";
import { playEventCodec } from "@segue/core/wire";
import { type Selectable, sql, type Transaction } from "kysely";
import type { EventLog, LoggedEvent, QuarantinedEvent, Submission } from "../../../modules/events/event-log";
import { compile } from "../compiled";
import type { SqlDatabase } from "../database";
import { DatabaseError } from "../errors";
import { createGroupCommit } from "./group-commit";
import type { EventsTable, EventTables, QuarantineTable } from "./tables";
import { createWriter } from "./writer";

/** How soon a client comes back when the disk is full. */
const FULL_MS = 30_000;
/** Most rows that one step of forgetting touches, so that no request waits long for it. */
const FORGET_STEP = 5_000;

/** A failure to store is the server's state, not a fault of the batch. */
function asUnavailable(error: unknown): unknown {
  if (!(error instanceof DatabaseError) || error.toSegueError().code !== "unavailable") return error;
  return new SegueError("unavailable", {
    detail: "events cannot be stored now",
    retryAfterMs: FULL_MS,
    cause: error,
  });
}

/** The log in `database`, which has the tables of `EVENTS` and is closed with it. */
export function sqlEventLog(database: SqlDatabase<EventTables>): EventLog {
  const { query, dialect } = database;
  const write = createWriter(database);
  const done = { commits: 0, commitSeconds: 0 };
  const lock = dialect.lock("events");

  const behind = compile(database, (db, p: { offset: number; limit: number }) =>
    db.selectFrom("events").selectAll().where("offset", ">", p.offset).orderBy("offset").limit(p.limit),
  );

  /**
   * Runs `work` as the only writer. Offsets are drawn after the others have committed, so that they rise in the order in
   * which readers come to see them.
   */
  async function transaction<T>(work: (tx: Transaction<EventTables>) => Promise<T>): Promise<T> {
    try {
      return await database.transaction(async (tx) => {
        if (lock) await sql.raw(lock).execute(tx);
        return work(tx);
      });
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  const commits = createGroupCommit<Submission, Awaited<ReturnType<typeof write>>[number]>(
    async (submissions) => {
      const begun = performance.now();
      const receipts = await transaction((tx) => write(submissions, tx));
      done.commits += 1;
      done.commitSeconds += (performance.now() - begun) / 1000;
      return receipts;
    },
  );

  return {
    append: (submission) => commits.add(submission, submission.items.length),
    async plays(ids) {
      const rows = await query
        .selectFrom("play_counts")
        .selectAll()
        .where((eb) => dialect.isAmong(eb.ref("track_id"), ids))
        .execute();
      const found = new Map(rows.map((row) => [row.track_id, row.plays]));
      return new Map<TrackId, number>(ids.map((id) => [id, found.get(id) ?? 0]));
    },
    read: async (offset, limit) => (await behind.all({ offset, limit })).map(loggedEvent),
    async quarantined(userId, limit) {
      const rows = await query
        .selectFrom("quarantine")
        .selectAll()
        .where("user_id", "=", userId)
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map(quarantinedEvent);
    },
    async recount() {
      await transaction(async (tx) => {
        await tx.deleteFrom("play_counts").execute();
        await tx
          .insertInto("play_counts")
          .columns(["track_id", "plays"])
          .expression((eb) =>
            eb
              .selectFrom("events")
              .select(({ fn }) => ["track_id", fn.countAll<number>().as("plays")])
              .where("counts", "=", 1)
              .groupBy("track_id"),
          )
          .execute();
      });
    },
    async forget(nowMs) {
      let forgotten = 0;
      for (let step = FORGET_STEP; step === FORGET_STEP; forgotten += step)
        step = await transaction((tx) => forgetSome(tx, nowMs - DEDUPE_KEPT_MS));
      return forgotten;
    },
    async figures() {
      const { missing } = await query
        .selectFrom("streams")
        .select(({ fn }) => fn.coalesce(fn.sum<number>("missing"), sql.lit(0)).as("missing"))
        .executeTakeFirstOrThrow();
      const { quarantined } = await query
        .selectFrom("quarantine")
        .select(({ fn }) => fn.countAll<number>().as("quarantined"))
        .executeTakeFirstOrThrow();
      return { missing, quarantined, ...done };
    },
    async close() {
      await commits.flush();
      await database.close();
    },
  };
}

/** Follows the log, whose order is that of acceptance, so that nothing is searched. */
async function forgetSome(tx: Transaction<EventTables>, beforeMs: number): Promise<number> {
  const { up_to_offset: done } = await tx
    .selectFrom("forgotten")
    .select("up_to_offset")
    .executeTakeFirstOrThrow();
  const rows = await tx
    .selectFrom("events")
    .select(["offset", "received_at"])
    .where("offset", ">", done)
    .orderBy("offset")
    .limit(FORGET_STEP)
    .execute();
  const young = rows.findIndex((row) => row.received_at >= beforeMs);
  const old = young < 0 ? rows : rows.slice(0, young);
  const last = old.at(-1);
  if (!last) return 0;
  await tx
    .deleteFrom("accepted_ids")
    .where("accepted_at", "<", beforeMs)
    .where("event_id", "in", (eb) =>
      eb
        .selectFrom("events")
        .select("event_id")
        .where("offset", ">", done)
        .where("offset", "<=", last.offset),
    )
    .execute();
  await tx.updateTable("forgotten").set({ up_to_offset: last.offset }).execute();
  return old.length;
}

const loggedEvent = (row: Selectable<EventsTable>): LoggedEvent => ({
  offset: row.offset,
  userId: row.user_id as UserId,
  deviceId: row.device_id as DeviceId,
  market: row.market,
  receivedAtMs: row.received_at,
  startedAtMs: row.started_at,
  endedAtMs: row.ended_at,
  countedMs: row.counted_ms,
  counts: row.counts === 1,
  future: row.future === 1,
  event: playEventCodec.fromBytes(row.payload),
});

const quarantinedEvent = (row: Selectable<QuarantineTable>): QuarantinedEvent => ({
  userId: row.user_id as UserId,
  deviceId: row.device_id as DeviceId,
  receivedAtMs: row.received_at,
  reason: row.reason as QuarantinedEvent["reason"],
  detail: row.detail,
  raw: row.raw,
});
