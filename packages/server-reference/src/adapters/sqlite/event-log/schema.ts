/** The event log's file: its tables, and how it is opened. */
import { chmodSync } from "node:fs";
import Libsql from "libsql";

const FIRST = `
CREATE TABLE events (
  offset INTEGER PRIMARY KEY, event_id BLOB NOT NULL, user_id TEXT NOT NULL, device_id TEXT NOT NULL,
  market TEXT NOT NULL, track_id TEXT NOT NULL, received_at INTEGER NOT NULL, started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL, counted_ms INTEGER NOT NULL, counts INTEGER NOT NULL, future INTEGER NOT NULL,
  payload BLOB NOT NULL
) STRICT;
CREATE TABLE accepted_ids (
  event_id BLOB PRIMARY KEY, user_id TEXT NOT NULL, accepted_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE forgotten (up_to_offset INTEGER NOT NULL) STRICT;
INSERT INTO forgotten VALUES (0);
CREATE TABLE play_counts (track_id TEXT PRIMARY KEY, plays INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, user_id TEXT NOT NULL, device_id TEXT NOT NULL,
  received_at INTEGER NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, raw BLOB NOT NULL
) STRICT;
CREATE INDEX quarantine_by_user ON quarantine (user_id, id);
CREATE TABLE streams (
  user_id TEXT NOT NULL, stream_id BLOB NOT NULL, ranges TEXT NOT NULL, dropped INTEGER NOT NULL,
  missing INTEGER NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY (user_id, stream_id)
) WITHOUT ROWID, STRICT;
`;

/** Step n leads from `user_version` n to n + 1. */
const STEPS: readonly string[] = [FIRST];

const pragma = (connection: Libsql.Database, name: string): number =>
  Number(Object.values(connection.prepare(`PRAGMA ${name}`).get() as object)[0]);

/**
 * Opens the log at `file`; every commit is on the disk before it returns.
 * @throws Error when the file is no database, comes from a newer server, or cannot be made durable
 */
export function openLogFile(file: string): Libsql.Database {
  const connection = new Libsql(file);
  try {
    connection.exec("PRAGMA journal_mode = WAL");
    connection.exec("PRAGMA synchronous = FULL");
    connection.exec("PRAGMA busy_timeout = 5000");
    if (pragma(connection, "synchronous") !== 2) throw new Error(`${file} cannot be written durably`);
    const version = pragma(connection, "user_version");
    if (version > STEPS.length)
      throw new Error(
        `${file} was written by a newer server (schema ${version}, this server knows ${STEPS.length})`,
      );
    for (let step = version; step < STEPS.length; step++)
      connection.exec(`BEGIN IMMEDIATE;${STEPS[step]}PRAGMA user_version = ${step + 1};COMMIT;`);
    chmodSync(file, 0o600);
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}
