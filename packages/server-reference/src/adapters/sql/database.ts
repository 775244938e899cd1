/** A database that stores run on: SQLite or PostgreSQL, the same to whoever asks. */
import { type Dialect, Kysely, type QueryResult, sql, type Transaction } from "kysely";
import type { SqlDialect } from "./dialect";
import { type ConnectionSource, driverOf, type SqlQuery } from "./driver";
import { DatabaseError } from "./errors";

/** An open database with the tables `DB`. Whatever it throws of its own is a `DatabaseError`. */
export interface SqlDatabase<DB> {
  readonly query: Kysely<DB>;
  readonly dialect: SqlDialect;
  /**
   * Runs `work` as if nobody else wrote meanwhile, and keeps all of it or nothing. It may run several times, when others
   * got in the way: it has no effect outside the database. No statement in it is expected to fail: after one that did,
   * nothing is kept, whatever `work` makes of the error. Inside, only `tx` may be asked.
   * @throws DatabaseError `busy` when others got in the way each time, `aborted` when `work` swallowed a failure
   */
  transaction<T>(work: (tx: Transaction<DB>) => Promise<T>): Promise<T>;
  /** Runs a compiled query by itself. */
  run<Row>(query: SqlQuery): Promise<QueryResult<Row>>;
  /** Asks for an answer. @throws DatabaseError */
  reach(): Promise<void>;
  close(): Promise<void>;
}

/** Longest pause before a transaction is tried again, in milliseconds, times the number of tries so far. */
const PAUSE_MS = 10;

/** Puts a database together from its connections and what Kysely knows of its language. */
export function sqlDatabase<DB>(
  dialect: SqlDialect,
  source: ConnectionSource,
  language: Omit<Dialect, "createDriver">,
): SqlDatabase<DB> {
  const query = new Kysely<DB>({
    dialect: {
      createDriver: () => driverOf(source),
      createQueryCompiler: () => language.createQueryCompiler(),
      createAdapter: () => language.createAdapter(),
      createIntrospector: (db) => language.createIntrospector(db),
    },
  });
  return {
    query,
    dialect,
    async transaction(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await query.transaction().execute(work);
        } catch (error) {
          const again = error instanceof DatabaseError && error.retryable && attempt < dialect.attempts;
          if (!again) throw error;
        }
        // Those that met are not to meet again.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE_MS * attempt));
      }
    },
    run: (compiled) => source.run(compiled),
    async reach() {
      await sql`select 1`.execute(query);
    },
    close: () => query.destroy(),
  };
}
