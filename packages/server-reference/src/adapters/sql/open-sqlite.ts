/** Opens an SQLite file: one connection, one process. */
import { chmodSync } from "node:fs";
import { SqliteDialect } from "kysely";
import Libsql from "libsql";
import { type SqlDatabase, sqlDatabase } from "./database";
import { configureSqlite, SQLITE } from "./dialect-sqlite";
import type { Hear } from "./driver";
import { DatabaseError } from "./errors";
import { sqliteSource } from "./source-sqlite";

export interface SqliteOptions {
  /** Whether a commit is on the disk once it returns, not only safe from a crash of the process. Default false */
  readonly durable?: boolean;
  readonly hear?: Hear;
}

/** An embedded database. */
export interface SqliteDatabase<DB> extends SqlDatabase<DB> {
  /** Writes a consistent copy to `file`, which must not exist, while the server keeps running. */
  backup(file: string): void;
}

/**
 * Opens the database at `file` (`:memory:` for a test), and creates it when it is missing; `migrate` makes its tables.
 * It holds secrets: nobody but the server's user may read it.
 * @throws DatabaseError `unavailable` when the file is no database or cannot be written
 */
export function openSqlite<DB>(
  file: string,
  { durable = false, hear }: SqliteOptions = {},
): SqliteDatabase<DB> {
  let libsql: Libsql.Database | undefined;
  try {
    libsql = new Libsql(file);
    libsql.exec("PRAGMA journal_mode = WAL");
    libsql.exec(`PRAGMA synchronous = ${durable ? "FULL" : "NORMAL"}`);
    configureSqlite(libsql);
    if (file !== ":memory:") chmodSync(file, 0o600);
  } catch (error) {
    libsql?.close();
    const { message } = error as Error;
    throw new DatabaseError("unavailable", `${file} cannot be used as a database: ${message}`, {
      cause: error,
    });
  }
  const connection = libsql;
  const language = new SqliteDialect({ database: async () => Promise.reject(new Error("not used")) });
  return {
    ...sqlDatabase<DB>(SQLITE, sqliteSource(connection, hear), language),
    backup: (target) => {
      connection.prepare("VACUUM INTO ?").run([target]);
      chmodSync(target, 0o600);
    },
  };
}
