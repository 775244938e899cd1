/** Opens a PostgreSQL database: a pool of connections that any number of processes share. */
import { PostgresDialect } from "kysely";
import pg from "pg";
import { type SqlDatabase, sqlDatabase } from "./database";
import { POSTGRES, POSTGRES_TYPES } from "./dialect-postgres";
import type { Hear } from "./driver";
import { DatabaseError } from "./errors";
import { postgresSource } from "./source-postgres";

export interface PostgresOptions {
  /** Most connections of this process. Default 10 */
  readonly connections?: number;
  /** How long a statement may take, in milliseconds. Default 30,000 */
  readonly statementTimeoutMs?: number;
  /** How long a free connection is waited for, in milliseconds. Default 10,000 */
  readonly connectTimeoutMs?: number;
  readonly hear?: Hear;
}

/**
 * Opens the database at `url`, as `postgres://user:password@host:5432/name`; `migrate` makes its tables.
 * @throws DatabaseError `unavailable` when it cannot be reached or used; the message says why and what to do, without
 * the password
 */
export async function openPostgres<DB>(url: string, options: PostgresOptions = {}): Promise<SqlDatabase<DB>> {
  const { connections = 10, statementTimeoutMs = 30_000, connectTimeoutMs = 10_000 } = options;
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url) || new URL(url).hostname === "")
    throw new DatabaseError(
      "unavailable",
      "the URL of a database is postgres://user:password@host:5432/name",
    );
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    statement_timeout: statementTimeoutMs,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: "segue",
    types: POSTGRES_TYPES,
  });
  // Whoever uses a connection that breaks hears of it from the statement, and the pool replaces those that nobody uses;
  // without these listeners the process would end.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  try {
    const { rows } = await pool.query("SHOW server_encoding");
    if (rows[0].server_encoding !== "UTF8")
      throw new DatabaseError("unavailable", "the database must be created with ENCODING 'UTF8'");
  } catch (error) {
    await pool.end();
    const { host, pathname } = new URL(url);
    const { code, message } = POSTGRES.explain(error);
    throw new DatabaseError(code, `PostgreSQL at ${host}${pathname}: ${message}`, { cause: error });
  }
  const language = new PostgresDialect({ pool: async () => Promise.reject(new Error("not used")) });
  return sqlDatabase<DB>(POSTGRES, postgresSource(pool, options.hear), language);
}
