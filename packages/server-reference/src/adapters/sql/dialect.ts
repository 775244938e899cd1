/** What differs between the databases that the stores run on; each has one file with all of it. */
import type { Expression, RawBuilder } from "kysely";
import type { DatabaseError } from "./errors";

export type DialectName = "sqlite" | "postgres";

/** Kinds of columns. Rows hold flags as 0 and 1, JSON as text, instants as milliseconds since the Unix epoch. */
export type ColumnKind = "text" | "integer" | "real" | "blob" | "flag" | "json" | "time" | "serial";

/** The databases' differences, as far as stores and migrations meet them. */
export interface SqlDialect {
  readonly name: DialectName;
  /** SQL types. `serial` is a whole primary key that numbers its rows. */
  readonly types: Readonly<Record<ColumnKind, string>>;
  /** What follows the columns of a table: `plain`, and `clustered` where rows lie in the order of the primary key. */
  readonly endings: Readonly<Record<"plain" | "clustered", string>>;
  /** Begins a transaction in which nobody else's writes are seen. */
  readonly begin: string;
  /** How often a transaction that others got in the way of is tried. */
  readonly attempts: number;
  /** Keeps others from `table` until the transaction ends; null where a transaction does so by itself. */
  lock(table: string): string | null;
  /** A number beside the tables by which servers knew the schema before it had a table of migrations. */
  readonly version: { readonly read: string; write(count: number): string } | null;
  /** The text that JSON text `json` has under `key` at its top; null where there is none. */
  jsonText(json: Expression<string | null>, key: string): RawBuilder<string | null>;
  /**
   * Whether `text` is one of `list`: one value, and so one statement, whatever the length of the list. The parameter of a
   * statement that is compiled once is JSON text of the list.
   */
  isAmong(text: Expression<string | null>, list: readonly string[] | string): RawBuilder<boolean>;
  /** `error` of the driver in words that both databases share. */
  explain(error: unknown): DatabaseError;
}
