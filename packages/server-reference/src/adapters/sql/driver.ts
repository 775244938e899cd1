/** What Kysely needs to run on a database, as far as both databases share it. */
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from "kysely";
import type { SqlDialect } from "./dialect";
import { DatabaseError } from "./errors";

/** A query; one that was compiled beforehand has a name, under which drivers keep it prepared. */
export interface SqlQuery extends CompiledQuery {
  readonly name?: string;
}

/** Is told of each statement before it is run. */
export type Hear = (query: CompiledQuery) => void;

/**
 * A connection that keeps PostgreSQL's rule on both databases: of a transaction in which a statement failed, nothing is
 * kept, and no statement more is run.
 */
export abstract class SqlConnection implements DatabaseConnection {
  readonly #dialect: SqlDialect;
  readonly #hear: Hear | undefined;
  #transaction: "none" | "open" | "failed" = "none";

  constructor(dialect: SqlDialect, hear?: Hear) {
    this.#dialect = dialect;
    this.#hear = hear;
  }

  /** Runs one statement. */
  abstract execute(query: SqlQuery): QueryResult<unknown> | Promise<QueryResult<unknown>>;
  /** Runs a statement that begins or ends a transaction. */
  abstract say(sql: string): void | Promise<void>;
  /** Gives the connection back. */
  abstract release(): void;

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    this.#check();
    this.#hear?.(query);
    try {
      return (await this.execute(query)) as QueryResult<Row>;
    } catch (error) {
      if (this.#transaction === "open") this.#transaction = "failed";
      throw this.#dialect.explain(error);
    }
  }

  // biome-ignore lint/correctness/useYield: never gets so far
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("no query of this server is streamed");
  }

  async begin(): Promise<void> {
    await this.#say(this.#dialect.begin);
    this.#transaction = "open";
  }

  /** @throws DatabaseError `aborted` when a statement of the transaction failed; PostgreSQL would only roll back */
  async commit(): Promise<void> {
    this.#check();
    await this.#say("COMMIT");
    this.#transaction = "none";
  }

  async rollback(): Promise<void> {
    this.#transaction = "none";
    await this.#say("ROLLBACK");
  }

  #check(): void {
    if (this.#transaction === "failed")
      throw new DatabaseError(
        "aborted",
        "an earlier statement of the transaction failed; nothing of it is kept",
      );
  }

  async #say(sql: string): Promise<void> {
    try {
      await this.say(sql);
    } catch (error) {
      throw this.#dialect.explain(error);
    }
  }
}

/** Where connections come from. */
export interface ConnectionSource {
  acquire(): Promise<SqlConnection>;
  /** Runs one statement by itself, without Kysely's ceremony around it. */
  run<Row>(query: SqlQuery): Promise<QueryResult<Row>>;
  close(): Promise<void>;
}

/** Kysely's driver over `source`. */
export function driverOf(source: ConnectionSource): Driver {
  return {
    init: async () => {},
    acquireConnection: () => source.acquire(),
    beginTransaction: (connection) => (connection as SqlConnection).begin(),
    commitTransaction: (connection) => (connection as SqlConnection).commit(),
    rollbackTransaction: (connection) => (connection as SqlConnection).rollback(),
    releaseConnection: async (connection) => (connection as SqlConnection).release(),
    destroy: () => source.close(),
  };
}
