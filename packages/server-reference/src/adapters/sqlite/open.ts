/** Opens the database: one connection per file, migrated. */
import { chmodSync } from "node:fs";
import { Kysely, SqliteDialect } from "kysely";
import Libsql from "libsql";
import { MIGRATIONS } from "./migrations";
import type { Database } from "./schema";
import { keepStatements } from "./statements";

/** The typed query builder over the one connection. */
export type Db = Kysely<Database>;

/** The database and the connection below it, for what Kysely cannot do. */
export interface OpenDatabase {
  readonly db: Db;
  /** Writes a consistent copy to `file`, which must not exist, while the server keeps running. */
  backup(file: string): void;
  close(): Promise<void>;
}

/** The database was made by another version of the server; `message` is one line that says what to do. */
export class SchemaMismatch extends Error {
  override readonly name = "SchemaMismatch";
}

function versionOf(connection: Libsql.Database): number {
  return (connection.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
}

function migrate(connection: Libsql.Database, file: string): void {
  const version = versionOf(connection);
  if (version > MIGRATIONS.length)
    throw new SchemaMismatch(
      `${file} was written by a newer server (schema ${version}, this server knows ${MIGRATIONS.length}).`,
    );
  for (let step = version; step < MIGRATIONS.length; step++) {
    connection.exec("BEGIN IMMEDIATE");
    try {
      connection.exec(MIGRATIONS[step]!);
      connection.exec(`PRAGMA user_version = ${step + 1}`);
      connection.exec("COMMIT");
    } catch (error) {
      connection.exec("ROLLBACK");
      throw error;
    }
  }
}

function connect(file: string, prepare: (connection: Libsql.Database) => void): OpenDatabase {
  const connection = new Libsql(file);
  try {
    connection.exec("PRAGMA busy_timeout = 5000");
    connection.exec("PRAGMA foreign_keys = ON");
    prepare(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
  const statements = keepStatements(connection);
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: async () => statements }) });
  return {
    db,
    backup: (target) => {
      connection.prepare("VACUUM INTO ?").run(target);
      chmodSync(target, 0o600);
    },
    close: () => db.destroy(),
  };
}

/**
 * Opens the database at `file` (`:memory:` for a test) and brings its schema up to date.
 * @throws SchemaMismatch when it comes from a newer server
 * @throws Error when the file is no database
 */
export function openDatabase(file: string): OpenDatabase {
  return connect(file, (connection) => {
    connection.exec("PRAGMA journal_mode = WAL");
    connection.exec("PRAGMA synchronous = NORMAL");
    migrate(connection, file);
    // It holds secrets: nobody but the server's user reads it.
    if (file !== ":memory:") chmodSync(file, 0o600);
  });
}

/**
 * Opens the database at `file` as it is, also while a server uses it: for commands beside it.
 * @param needs `schema` when more than a copy is made: then the schema must be this version's
 * @throws SchemaMismatch
 */
export function openBeside(file: string, needs: "nothing" | "schema"): OpenDatabase {
  return connect(file, (connection) => {
    const version = versionOf(connection);
    if (needs === "schema" && version !== MIGRATIONS.length)
      throw new SchemaMismatch(
        `${file} belongs to another version of the server (schema ${version}, this command knows ${MIGRATIONS.length}); start the server of this version once.`,
      );
  });
}
