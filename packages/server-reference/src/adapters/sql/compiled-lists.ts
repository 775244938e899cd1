/** Statements for lists of any length, put together from a few that are compiled once. */
import { type Kysely, type RawBuilder, sql, type Transaction } from "kysely";
import { compile, type Statement } from "./compiled";
import type { SqlDatabase } from "./database";

/** Lengths that statements are compiled for. */
const LENGTHS = [64, 8, 1];

/** A statement of each length, made when it is needed first. */
function byLength<DB, Row>(
  database: SqlDatabase<DB>,
  build: (length: number, parameters: readonly unknown[]) => RawBuilder<Row>,
): (length: number) => Statement<DB, readonly unknown[], Row> {
  const made = new Map<number, Statement<DB, readonly unknown[], Row>>();
  return (length) => {
    const held = made.get(length);
    if (held) return held;
    const statement = compile<DB, readonly unknown[], Row>(database, (query: Kysely<DB>, parameters) => ({
      compile: () => build(length, parameters).compile(query),
    })) as Statement<DB, readonly unknown[], Row>;
    made.set(length, statement);
    return statement;
  };
}

/** `list` in parts of the lengths that there are statements for. */
function* parts<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < list.length; ) {
    const length = LENGTHS.find((each) => each <= list.length - at)!;
    yield list.slice(at, at + length);
    at += length;
  }
}

const numbered = (from: number, count: number, parameters: readonly unknown[]) =>
  Array.from({ length: count }, (_, i) => parameters[from + i]);

/**
 * Makes a function that inserts rows into `table`, in their order.
 * @param conflict What follows the rows, such as `on conflict do nothing`; then no list may have a key twice, unless nothing is done about it
 */
export function rowInserter<DB, Row extends object>(
  database: SqlDatabase<DB>,
  table: keyof DB & string,
  columns: readonly (keyof Row & string)[],
  conflict: RawBuilder<unknown> = sql``,
): (rows: readonly Row[], tx: Transaction<DB>) => Promise<void> {
  const width = columns.length;
  const statement = byLength<DB, never>(database, (length, parameters) => {
    const rows = Array.from({ length }, (_, i) => sql`(${sql.join(numbered(i * width, width, parameters))})`);
    const names = sql.join(columns.map((name) => sql.ref(name)));
    return sql`insert into ${sql.table(table)} (${names}) values ${sql.join(rows)} ${conflict}`;
  });
  return async (rows, tx) => {
    for (const part of parts(rows))
      await statement(part.length).run(
        part.flatMap((row) => columns.map((column) => row[column])),
        tx,
      );
  };
}

/** Makes a function that reads the rows of `select` whose `column` is one of a list of values; in no order. */
export function rowsAmong<DB, Row>(
  database: SqlDatabase<DB>,
  select: RawBuilder<unknown>,
  column: string,
): (values: readonly unknown[], tx: Transaction<DB>) => Promise<readonly Row[]> {
  const statement = byLength<DB, Row>(
    database,
    (length, parameters) =>
      sql`${select} where ${sql.ref(column)} in (${sql.join(numbered(0, length, parameters))})`,
  );
  return async (values, tx) => {
    const found: Row[] = [];
    for (const part of parts(values)) found.push(...(await statement(part.length).all(part, tx)));
    return found;
  };
}
