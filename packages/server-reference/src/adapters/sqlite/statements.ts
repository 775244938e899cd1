/** Prepared statements, kept for the next time that the same SQL runs. */
import type { SqliteDatabase, SqliteStatement } from "kysely";
import type Libsql from "libsql";
import { LRUCache } from "lru-cache";

/** More different statements than the server has; lists of ids of every length have one each. */
const KEPT = 256;

/** libsql hands out BLOBs as ArrayBuffer; everything else here speaks Uint8Array. */
function withBytes(rows: unknown[]): unknown[] {
  for (const row of rows as Record<string, unknown>[]) {
    for (const column in row) {
      const value = row[column];
      if (value instanceof ArrayBuffer) row[column] = new Uint8Array(value);
    }
  }
  return rows;
}

/** `connection` as Kysely wants it. A statement of Kysely's ends before the next one begins, so that one may be kept. */
export function keepStatements(connection: Libsql.Database): SqliteDatabase {
  const kept = new LRUCache<string, SqliteStatement>({ max: KEPT });

  function prepare(sql: string): SqliteStatement {
    const statement = connection.prepare(sql);
    // libsql asks the database each time.
    const { reader } = statement;
    return {
      reader,
      all: (parameters) => withBytes(statement.all(parameters)),
      run: (parameters) => statement.run(parameters),
      iterate: () => {
        throw new Error("no query of this server is streamed");
      },
    };
  }

  return {
    prepare: (sql) => {
      const held = kept.get(sql);
      if (held) return held;
      const made = prepare(sql);
      kept.set(sql, made);
      return made;
    },
    close: () => {
      kept.clear();
      connection.close();
    },
  };
}
