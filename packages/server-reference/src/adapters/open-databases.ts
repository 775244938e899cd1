/** What a server keeps its rows in: two files of its data directory, or a PostgreSQL database. */
import { join } from "node:path";
import type { EventLog } from "../modules/events/event-log";
import { lockDataDir } from "./files/data-dir-lock";
import type { SqlDatabase } from "./sql/database";
import { openEventLogFile, openSharedEventLog } from "./sql/event-log/open";
import { checkMigrated, migrate } from "./sql/migrate";
import { MAIN } from "./sql/migrations";
import { openBeside, openMain } from "./sql/open-main";
import { openPostgres } from "./sql/open-postgres";
import type { Database } from "./sql/tables";

/** Name of the database in the data directory. */
export const DATABASE_FILE = "segue.db";
/** Name of the event log in the data directory. */
export const EVENT_LOG_FILE = "events.db";

/** Where rows are. */
export interface DatabasePlace {
  /** Absolute path. */
  readonly dataDir: string;
  /** Of a PostgreSQL database; null for files in `dataDir`. */
  readonly databaseUrl: string | null;
}

/** The opened databases of one server. */
export interface OpenDatabases {
  readonly database: SqlDatabase<Database>;
  readonly events: EventLog;
  close(): Promise<void>;
}

/**
 * Opens the databases at `place` and brings their tables up to date. Files belong to one process; a PostgreSQL database
 * is shared by any number of servers, which have their data directory in common as well.
 * @throws DataDirInUse when another process has the files
 * @throws SchemaMismatch, DatabaseError
 */
export async function openDatabases(place: DatabasePlace): Promise<OpenDatabases> {
  const { dataDir, databaseUrl } = place;
  const unlock = databaseUrl === null ? lockDataDir(dataDir) : () => {};
  try {
    const database =
      databaseUrl === null ? await openMain(join(dataDir, DATABASE_FILE)) : await openShared(databaseUrl);
    try {
      const events = await (databaseUrl === null
        ? openEventLogFile(join(dataDir, EVENT_LOG_FILE))
        : openSharedEventLog(databaseUrl));
      const close = async () => {
        await events.close();
        await database.close();
        unlock();
      };
      return { database, events, close };
    } catch (error) {
      await database.close();
      throw error;
    }
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openShared(url: string): Promise<SqlDatabase<Database>> {
  const database = await openPostgres<Database>(url);
  try {
    await migrate(database, MAIN);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/**
 * Opens the database at `place`, whose tables must be this version's, also while servers use it.
 * @throws SchemaMismatch, DatabaseError
 */
export async function openForCommand({
  dataDir,
  databaseUrl,
}: DatabasePlace): Promise<SqlDatabase<Database>> {
  if (databaseUrl === null) return openBeside(join(dataDir, DATABASE_FILE), "schema");
  const database = await openPostgres<Database>(databaseUrl, { connections: 2 });
  try {
    await checkMigrated(database, MAIN);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}
