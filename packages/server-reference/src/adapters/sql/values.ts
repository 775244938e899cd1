/** Which values may go into a database and come out of it, the same for both. */
import { DatabaseError } from "./errors";

/** What a driver is given. */
export type SqlValue = null | number | string | Uint8Array;

/** Most values of one statement: SQLite's limit, the lower one. */
export const MAX_VALUES = 32_766;

/** SQLite's library cuts text at U+0000, PostgreSQL refuses it; half a surrogate pair is no character to either. */
const UNWRITABLE = /[\0\p{Surrogate}]/u;

/** Whether a column can hold `text`: what it cannot, no row has. */
export const isStorable = (text: string): boolean => !UNWRITABLE.test(text);

const refuse = (what: string): never => {
  throw new DatabaseError("value", what);
};

/**
 * `value` as it may be bound; flags are 0 and 1.
 * @throws DatabaseError `value` for what a column could not give back as it was
 */
export function checkedValue(value: unknown): SqlValue {
  switch (typeof value) {
    case "string":
      return isStorable(value) ? value : refuse("text with U+0000 or half a character cannot be stored");
    case "number":
      return checkedNumber(value);
    case "boolean":
      return value ? 1 : 0;
    case "object":
      if (value === null || value instanceof Uint8Array) return value;
  }
  return refuse(`a value of type ${typeof value} cannot be stored`);
}

/** All of `values`, checked. @throws DatabaseError `value` */
export function checkedValues(values: readonly unknown[]): SqlValue[] {
  if (values.length > MAX_VALUES)
    refuse(`${values.length} values are too many for one statement, which takes ${MAX_VALUES}`);
  return values.map(checkedValue);
}

/**
 * `value` when it is exact: finite, and within 2^53 − 1 on both sides. −0 becomes 0.
 * @throws DatabaseError `value`
 */
export function checkedNumber(value: number): number {
  // NaN fails the comparison as well.
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER))
    refuse("a number beyond 2^53 − 1, or none at all, cannot be kept exactly");
  return value + 0;
}

/** JSON text of `list`, which may be that already, or stand for it until a statement is run. */
export function asJson(list: readonly string[] | string): string {
  return Array.isArray(list) ? JSON.stringify(list) : (list as string);
}
