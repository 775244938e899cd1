/** Expressions that mean the same in both databases, where the usual ones do not. */
import { type Expression, type RawBuilder, sql } from "kysely";

/** The larger of two values: SQLite's `max(a, b)`, PostgreSQL's `greatest`. `b` when either is missing. */
export function larger<T>(a: Expression<T>, b: Expression<T>): RawBuilder<T> {
  return sql`case when ${a} > ${b} then ${a} else ${b} end`;
}

/** Whether `text` begins with `prefix`, to the letter: in it, no character stands for others. */
export function startsWith(text: Expression<unknown>, prefix: string): RawBuilder<boolean> {
  const pattern = `${prefix.replace(/[\\%_]/g, "\\$&")}%`;
  return sql`${text} like ${pattern} escape '\\'`;
}
