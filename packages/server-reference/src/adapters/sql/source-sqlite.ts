/** SQLite through libsql: one connection, whose statements stay prepared. */
import type { QueryResult } from "kysely";
import type Libsql from "libsql";
import { fromSqlite, SQLITE, toSqlite } from "./dialect-sqlite";
import { type ConnectionSource, type Hear, SqlConnection, type SqlQuery } from "./driver";

/** Statements kept that were not compiled beforehand, such as those with lists of every length. */
const KEPT = 256;

interface Prepared {
  readonly statement: Libsql.Statement<unknown[]>;
  /** libsql asks the database each time. */
  readonly reader: boolean;
}

class SqliteConnection extends SqlConnection {
  readonly #libsql: Libsql.Database;
  readonly #release: () => void;
  readonly #named = new Map<string, Prepared>();
  readonly #recent = new Map<string, Prepared>();

  constructor(libsql: Libsql.Database, hear: Hear | undefined, release: () => void) {
    super(SQLITE, hear);
    this.#libsql = libsql;
    this.#release = release;
  }

  execute(query: SqlQuery): QueryResult<unknown> {
    const values = toSqlite(query.parameters);
    const { statement, reader } = this.#prepared(query);
    if (reader) return { rows: fromSqlite(statement.all(values)) };
    return { rows: [], numAffectedRows: BigInt(statement.run(values).changes) };
  }

  #prepared({ sql, name }: SqlQuery): Prepared {
    const [kept, key] = name ? [this.#named, name] : [this.#recent, sql];
    const held = kept.get(key);
    if (held) return held;
    const statement = this.#libsql.prepare<unknown[]>(sql);
    const made = { statement, reader: statement.reader };
    kept.set(key, made);
    if (this.#recent.size > KEPT) this.#recent.delete(this.#recent.keys().next().value as string);
    return made;
  }

  say(sql: string): void {
    // A full disk ends a transaction by itself.
    if (sql !== "ROLLBACK" || this.#libsql.inTransaction) this.#libsql.exec(sql);
  }

  release(): void {
    this.#release();
  }
}

/** Lends the one connection to one at a time; the others wait in the order in which they came. */
export function sqliteSource(libsql: Libsql.Database, hear?: Hear): ConnectionSource {
  const waiting: (() => void)[] = [];
  let lent = false;
  const connection = new SqliteConnection(libsql, hear, () => {
    const next = waiting.shift();
    if (next) next();
    else lent = false;
  });

  async function acquire(): Promise<SqliteConnection> {
    if (lent) await new Promise<void>((resolve) => waiting.push(resolve));
    lent = true;
    return connection;
  }

  return {
    acquire,
    async run(query) {
      // A statement ends before anybody else runs, so that nobody needs to be kept away.
      if (!lent) return connection.executeQuery(query);
      await acquire();
      try {
        return await connection.executeQuery(query);
      } finally {
        connection.release();
      }
    },
    async close() {
      libsql.close();
    },
  };
}
