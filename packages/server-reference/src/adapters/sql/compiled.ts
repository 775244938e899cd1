/** Statements that are built and compiled once, for what runs on every request: building costs more than running. */
import { createHash } from "node:crypto";
import type {
  Compilable,
  DeleteResult,
  InsertResult,
  Kysely,
  QueryResult,
  Transaction,
  UpdateResult,
} from "kysely";
import type { SqlDatabase } from "./database";
import type { SqlQuery } from "./driver";

/** Rows of a statement; one without `returning` has none. */
type RowOf<O> = O extends InsertResult | UpdateResult | DeleteResult ? never : O;

/** A compiled statement. In a transaction its `tx` is passed on. */
export interface Statement<DB, P, Row> {
  all(parameters: P, tx?: Transaction<DB>): Promise<readonly Row[]>;
  first(parameters: P, tx?: Transaction<DB>): Promise<Row | undefined>;
  /** How many rows were inserted, updated or deleted. */
  run(parameters: P, tx?: Transaction<DB>): Promise<number>;
}

/** Stands for a value while the statement is built. */
class Placeholder {
  readonly parameter: string;
  constructor(parameter: string) {
    this.parameter = parameter;
  }
  [Symbol.toPrimitive](): never {
    throw new Error(`${this.parameter} has no value yet: only the database may work with it`);
  }
}

const PLACEHOLDERS: ProxyHandler<object> = {
  get: (_, name) => new Placeholder(String(name)),
  ownKeys: () => {
    throw new Error("name each parameter: they cannot be spread");
  },
};

/**
 * Compiles what `build` makes of its parameters, which are single values, each given to Kysely as it is: a statement
 * whose shape depends on a value is not one but several.
 */
export function compile<DB, P extends object, O>(
  database: SqlDatabase<DB>,
  build: (query: Kysely<DB>, parameters: P) => Compilable<O>,
): Statement<DB, P, RowOf<O>> {
  const compiled = build(database.query, new Proxy({}, PLACEHOLDERS) as P).compile();
  const name = `segue_${createHash("sha256").update(compiled.sql).digest("hex").slice(0, 32)}`;
  const { sql, query: node, queryId, parameters: slots } = compiled;

  const result = (parameters: P, tx?: Transaction<DB>) => {
    const values = slots.map((slot) =>
      slot instanceof Placeholder ? parameters[slot.parameter as keyof P] : slot,
    );
    const query: SqlQuery = { sql, query: node, queryId, name, parameters: values };
    return tx ? (tx.executeQuery(query) as Promise<QueryResult<RowOf<O>>>) : database.run<RowOf<O>>(query);
  };
  return {
    all: async (parameters, tx) => (await result(parameters, tx)).rows,
    first: async (parameters, tx) => (await result(parameters, tx)).rows[0],
    async run(parameters, tx) {
      const { rows, numAffectedRows } = await result(parameters, tx);
      return numAffectedRows === undefined ? rows.length : Number(numAffectedRows);
    },
  };
}
