/** Opens the event log: a durable SQLite file of its own, or tables in the PostgreSQL database of the server. */
import { sql } from "kysely";
import type { EventLog } from "../../../modules/events/event-log";
import type { SqlDatabase } from "../database";
import { migrate } from "../migrate";
import { EVENTS } from "../migrations";
import { openPostgres } from "../open-postgres";
import { openSqlite } from "../open-sqlite";
import { sqlEventLog } from ".";
import type { EventTables } from "./tables";

/** What a test may set. */
export interface EventLogOptions {
  /** Largest size of the file, in pages; for tests of a full disk. */
  readonly maxPages?: number;
}

/** Of the writer, and of those who read meanwhile: no event waits for a connection that something else holds. */
const CONNECTIONS = 3;

async function logIn(database: SqlDatabase<EventTables>): Promise<EventLog> {
  try {
    await migrate(database, EVENTS);
  } catch (error) {
    await database.close();
    throw error;
  }
  return sqlEventLog(database);
}

/**
 * Opens the log at `file`; every commit is on the disk before it returns.
 * @throws SchemaMismatch when it is a newer server's
 * @throws DatabaseError `unavailable` when it is no log, or cannot be written
 */
export async function openEventLogFile(file: string, options: EventLogOptions = {}): Promise<EventLog> {
  const database = openSqlite<EventTables>(file, { durable: true });
  if (options.maxPages) await sql.raw(`PRAGMA max_page_count = ${options.maxPages}`).execute(database.query);
  return logIn(database);
}

/** Opens the log in the PostgreSQL database at `url`. @throws SchemaMismatch, DatabaseError */
export async function openSharedEventLog(url: string): Promise<EventLog> {
  return logIn(await openPostgres<EventTables>(url, { connections: CONNECTIONS }));
}
