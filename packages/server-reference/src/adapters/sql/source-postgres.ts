/** PostgreSQL through a pool of pg's connections. */
import type { QueryResult } from "kysely";
import type { QueryResult as PgResult, Pool, PoolClient, QueryConfig } from "pg";
import { POSTGRES } from "./dialect-postgres";
import { type ConnectionSource, type Hear, SqlConnection, type SqlQuery } from "./driver";
import { checkedValues } from "./values";

const COUNTED = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

/** Under a name a statement is parsed once in each connection. */
function toPostgres({ sql, parameters, name }: SqlQuery): QueryConfig {
  const plain = { text: sql, values: checkedValues(parameters) };
  return name ? { ...plain, name } : plain;
}

function fromPostgres<Row>({ command, rowCount, rows }: PgResult): QueryResult<Row> {
  const numAffectedRows = COUNTED.has(command) ? BigInt(rowCount ?? 0) : undefined;
  return { rows: rows as Row[], ...(numAffectedRows === undefined ? {} : { numAffectedRows }) };
}

class PostgresConnection extends SqlConnection {
  readonly #client: PoolClient;
  #broken = false;

  constructor(client: PoolClient, hear: Hear | undefined) {
    super(POSTGRES, hear);
    this.#client = client;
  }

  async execute(query: SqlQuery): Promise<QueryResult<unknown>> {
    const config = toPostgres(query);
    try {
      return fromPostgres(await this.#client.query(config));
    } catch (error) {
      const explained = POSTGRES.explain(error);
      if (explained.code === "unavailable") this.#broken = true;
      throw explained;
    }
  }

  async say(sql: string): Promise<void> {
    try {
      await this.#client.query(sql);
    } catch (error) {
      // Nobody knows in which transaction it is.
      this.#broken = true;
      throw error;
    }
  }

  release(): void {
    this.#client.release(this.#broken);
  }
}

/** Connections of `pool`. */
export function postgresSource(pool: Pool, hear?: Hear): ConnectionSource {
  async function acquire(): Promise<PostgresConnection> {
    try {
      return new PostgresConnection(await pool.connect(), hear);
    } catch (error) {
      throw POSTGRES.explain(error);
    }
  }
  return {
    acquire,
    // Not the pool's own: it would give up the connection, and what is prepared in it, for every statement that fails.
    async run(query) {
      const connection = await acquire();
      try {
        return await connection.executeQuery(query);
      } finally {
        connection.release();
      }
    },
    close: () => pool.end(),
  };
}
