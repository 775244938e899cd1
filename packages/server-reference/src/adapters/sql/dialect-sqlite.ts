/** SQLite's side of the differences. */

import { sql } from "kysely";
import type Libsql from "libsql";
import type { SqlDialect } from "./dialect";
import { DatabaseError, type DatabaseErrorCode } from "./errors";
import { asJson, checkedNumber, checkedValues } from "./values";

/** By extended result code. */
const CONSTRAINTS: Readonly<Record<number, DatabaseErrorCode>> = {
  275: "check",
  787: "foreign_key",
  1299: "not_null",
  1555: "unique",
  2067: "unique",
  2579: "unique",
  3091: "value",
};

/** By primary result code: the lower eight bits. */
const STATES: Readonly<Record<number, DatabaseErrorCode>> = {
  5: "busy",
  6: "busy",
  7: "unavailable",
  8: "unavailable",
  9: "timeout",
  10: "unavailable",
  11: "unavailable",
  13: "unavailable",
  14: "unavailable",
  18: "value",
  20: "value",
  26: "unavailable",
};

function explain(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const { rawCode: raw, message } = error as Error & { rawCode?: number };
  if (typeof raw !== "number") return new DatabaseError("statement", message, { cause: error });
  const code = CONSTRAINTS[raw] ?? STATES[raw & 0xff] ?? "statement";
  // "UNIQUE constraint failed: users.login" or ": t.a, t.b"
  const names = code === "unique" || code === "not_null" ? (message.split(": ")[1]?.split(", ") ?? []) : [];
  const columns = names.map((name) => name.slice(name.indexOf(".") + 1));
  return new DatabaseError(code, message, { cause: error, table: names[0]?.split(".")[0], columns });
}

export const SQLITE: SqlDialect = {
  name: "sqlite",
  types: {
    text: "TEXT",
    integer: "INTEGER",
    real: "REAL",
    blob: "BLOB",
    flag: "INTEGER",
    json: "TEXT",
    time: "INTEGER",
    serial: "INTEGER",
  },
  endings: { plain: "STRICT", clustered: "WITHOUT ROWID, STRICT" },
  // Takes the right to write at once: a transaction that reads first could not get it any more.
  begin: "BEGIN IMMEDIATE",
  // The driver itself waits for another process, and within this one transactions queue.
  attempts: 1,
  lock: () => null,
  version: { read: "PRAGMA user_version", write: (count) => `PRAGMA user_version = ${count}` },
  jsonText: (json, key) => sql`cast(${json} ->> ${key} as text)`,
  isAmong: (text, list) => sql`${text} in (select value from json_each(${asJson(list)}))`,
  explain,
};

/**
 * `values` as libsql takes them. Whole numbers go as integers: as a number it would store each as a real, so that
 * 5 / 2 is 2.5 and the text of 5 is "5.0". A boolean, or anything unknown, would end the process.
 * @throws DatabaseError `value`
 */
export function toSqlite(values: readonly unknown[]): unknown[] {
  return checkedValues(values).map((value) => (Number.isInteger(value) ? BigInt(value as number) : value));
}

/** `rows` of libsql's `all()` with bytes as bytes, and without a number that was rounded. @throws DatabaseError `value` */
export function fromSqlite(rows: unknown[]): unknown[] {
  for (const row of rows as Record<string, unknown>[])
    for (const column in row) {
      const value = row[column];
      if (typeof value === "number") checkedNumber(value);
      else if (value instanceof ArrayBuffer) row[column] = new Uint8Array(value);
    }
  return rows;
}

/** Settings of every connection, so that SQLite keeps what its schema says and compares as PostgreSQL does. */
export function configureSqlite(connection: Libsql.Database): void {
  connection.exec("PRAGMA busy_timeout = 5000");
  connection.exec("PRAGMA foreign_keys = ON");
  connection.exec("PRAGMA case_sensitive_like = ON");
}
