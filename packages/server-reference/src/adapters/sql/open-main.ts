/** Opens the database of a data directory: with the tables of this version, or as it is. */
import { checkMigrated, migrate } from "./migrate";
import { MAIN } from "./migrations";
import { openSqlite, type SqliteDatabase } from "./open-sqlite";
import type { Database } from "./tables";

/** What a data directory keeps its rows in. */
export type MainDatabase = SqliteDatabase<Database>;

/** `file` opened, and closed again when `prepare` fails. */
async function opened(
  file: string,
  prepare: (database: MainDatabase) => Promise<void>,
): Promise<MainDatabase> {
  const database = openSqlite<Database>(file);
  try {
    await prepare(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/**
 * Opens the database at `file` (`:memory:` for a test) and brings its tables up to date.
 * @throws SchemaMismatch when it comes from a newer server
 * @throws DatabaseError `unavailable` when the file is no database
 */
export async function openMain(file: string): Promise<MainDatabase> {
  return opened(file, (database) => migrate(database, MAIN));
}

/**
 * Opens the database at `file` as it is, also while a server uses it: for commands beside it.
 * @param needs `schema` when more than a copy is made: then the tables must be this version's
 * @throws SchemaMismatch
 */
export async function openBeside(file: string, needs: "nothing" | "schema"): Promise<MainDatabase> {
  return opened(file, async (database) => {
    if (needs === "schema") await checkMigrated(database, MAIN);
  });
}
