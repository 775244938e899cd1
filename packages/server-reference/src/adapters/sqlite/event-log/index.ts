/** The event log in an SQLite file of its own. */
import { DEDUPE_KEPT_MS, type DeviceId, SegueError, type TrackId, type UserId } from "@segue/core";
import { playEventCodec } from "@segue/core/wire";
import type Libsql from "libsql";
import type {
  EventLog,
  EventLogFigures,
  LoggedEvent,
  QuarantinedEvent,
  Submission,
} from "../../../modules/events/event-log";
import { createGroupCommit } from "./group-commit";
import { openLogFile } from "./schema";
import { createWriter } from "./writer";

/** How soon a client comes back when the disk is full. */
const FULL_MS = 30_000;
/** Most rows that one step of forgetting touches, so that no request waits long for it. */
const FORGET_STEP = 5_000;

/** What a test may set. */
export interface EventLogOptions {
  /** Largest size of the file, in pages; for tests of a full disk. */
  readonly maxPages?: number;
}

const STORAGE_CODES = /^SQLITE_(?:FULL|IOERR|READONLY|BUSY|LOCKED|CANTOPEN|NOMEM)/;

/** A failure to store is the server's state, not a fault of the batch. */
function asUnavailable(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string" || !STORAGE_CODES.test(code)) return error;
  return new SegueError("unavailable", {
    detail: "events cannot be stored now",
    retryAfterMs: FULL_MS,
    cause: error,
  });
}

/** Opens the log at `file`. @throws Error when it is no log, or a newer server's */
export function openEventLog(file: string, options: EventLogOptions = {}): EventLog {
  const connection = openLogFile(file);
  if (options.maxPages) connection.exec(`PRAGMA max_page_count = ${options.maxPages}`);
  const write = createWriter(connection);
  const done = { commits: 0, commitSeconds: 0 };

  function transaction<T>(run: () => T): T {
    connection.exec("BEGIN IMMEDIATE");
    try {
      const result = run();
      connection.exec("COMMIT");
      return result;
    } catch (error) {
      // A full disk ends the transaction by itself.
      if (connection.inTransaction) connection.exec("ROLLBACK");
      throw asUnavailable(error);
    }
  }

  const commits = createGroupCommit<Submission, ReturnType<typeof write>>((submissions) => {
    const begun = performance.now();
    const receipts = transaction(() => submissions.map(write));
    done.commits += 1;
    done.commitSeconds += (performance.now() - begun) / 1000;
    return receipts;
  });

  return {
    append: (submission) => commits.add(submission, submission.items.length),
    plays: async (ids) => playsOf(connection, ids),
    async read(offset, limit) {
      const rows = connection.prepare("SELECT * FROM events WHERE offset > ? ORDER BY offset LIMIT ?");
      return (rows.all([offset, limit]) as EventRow[]).map(loggedEvent);
    },
    async quarantined(userId, limit) {
      const rows = connection.prepare("SELECT * FROM quarantine WHERE user_id = ? ORDER BY id LIMIT ?");
      return (rows.all([userId, limit]) as QuarantineRow[]).map(quarantinedEvent);
    },
    async recount() {
      transaction(() => {
        connection.exec("DELETE FROM play_counts");
        connection.exec(
          "INSERT INTO play_counts SELECT track_id, count(*) FROM events WHERE counts = 1 GROUP BY track_id",
        );
      });
    },
    async forget(nowMs) {
      let forgotten = 0;
      for (let step = FORGET_STEP; step === FORGET_STEP; forgotten += step)
        step = transaction(() => forgetSome(connection, nowMs - DEDUPE_KEPT_MS));
      return forgotten;
    },
    async figures() {
      const row = connection.prepare(
        `SELECT (SELECT coalesce(sum(missing), 0) FROM streams) AS missing,
                (SELECT count(*) FROM quarantine) AS quarantined`,
      );
      const { missing, quarantined } = row.get() as Pick<EventLogFigures, "missing" | "quarantined">;
      return { missing, quarantined, ...done };
    },
    async close() {
      commits.flush();
      connection.close();
    },
  };
}

/** Follows the log, whose order is that of acceptance, so that nothing is searched. */
function forgetSome(connection: Libsql.Database, beforeMs: number): number {
  const { up_to_offset: done } = connection.prepare("SELECT up_to_offset FROM forgotten").get() as {
    up_to_offset: number;
  };
  const ahead = connection.prepare(
    "SELECT offset, event_id, received_at FROM events WHERE offset > ? ORDER BY offset LIMIT ?",
  );
  const rows = ahead.all([done, FORGET_STEP]) as Pick<EventRow, "offset" | "event_id" | "received_at">[];
  const young = rows.findIndex((row) => row.received_at >= beforeMs);
  const old = young < 0 ? rows : rows.slice(0, young);
  const forget = connection.prepare("DELETE FROM accepted_ids WHERE event_id = ? AND accepted_at < ?");
  for (const { event_id: id } of old) forget.run([new Uint8Array(id), beforeMs]);
  const last = old.at(-1);
  if (last) connection.prepare("UPDATE forgotten SET up_to_offset = ?").run([last.offset]);
  return old.length;
}

function playsOf(connection: Libsql.Database, ids: readonly TrackId[]): ReadonlyMap<TrackId, number> {
  const one = connection.prepare("SELECT plays FROM play_counts WHERE track_id = ?");
  return new Map(ids.map((id) => [id, (one.get([id]) as { plays: number } | undefined)?.plays ?? 0]));
}

interface EventRow {
  readonly offset: number;
  readonly event_id: Uint8Array;
  readonly user_id: string;
  readonly device_id: string;
  readonly market: string;
  readonly received_at: number;
  readonly started_at: number;
  readonly ended_at: number;
  readonly counted_ms: number;
  readonly counts: number;
  readonly future: number;
  readonly payload: Uint8Array;
}

const loggedEvent = (row: EventRow): LoggedEvent => ({
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
  event: playEventCodec.fromBytes(new Uint8Array(row.payload)),
});

interface QuarantineRow {
  readonly user_id: string;
  readonly device_id: string;
  readonly received_at: number;
  readonly reason: string;
  readonly detail: string;
  readonly raw: Uint8Array;
}

const quarantinedEvent = (row: QuarantineRow): QuarantinedEvent => ({
  userId: row.user_id as UserId,
  deviceId: row.device_id as DeviceId,
  receivedAtMs: row.received_at,
  reason: row.reason as QuarantinedEvent["reason"],
  detail: row.detail,
  raw: new Uint8Array(row.raw),
});
