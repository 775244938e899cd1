/** What can go wrong with a database, in words that both databases share. */
import { SegueError } from "@segue/core";

/** Why a statement or a connection failed. */
export type DatabaseErrorCode =
  /** A row with the same key is there already. */
  | "unique"
  /** A row that is referred to is missing, or one that is referred to would go. */
  | "foreign_key"
  | "not_null"
  | "check"
  /** A value that no column, or not this column, can hold as it is; nothing is ever rounded or cut. */
  | "value"
  /** Others were writing the same; the same transaction may succeed when it is repeated. */
  | "busy"
  /** A statement took longer than allowed. */
  | "timeout"
  /** An earlier statement of the transaction failed, so that nothing of it can be kept. */
  | "aborted"
  /** The database cannot be reached, or cannot store anything now. */
  | "unavailable"
  /** The statement is wrong: a fault of the server. */
  | "statement";

/** What passes by itself, and after how long it is worth another try, in milliseconds. */
const PASSES: Partial<Readonly<Record<DatabaseErrorCode, number>>> = {
  busy: 1_000,
  timeout: 5_000,
  unavailable: 5_000,
};

/** Columns that an error is about. */
export interface ErrorSubject {
  readonly table?: string | undefined;
  readonly columns?: readonly string[] | undefined;
}

/** A failure of the database. The message says what to do where somebody can do something; it never repeats a value. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly code: DatabaseErrorCode;
  readonly table: string | undefined;
  /** For `unique`: the columns whose values are taken. */
  readonly columns: readonly string[];

  constructor(code: DatabaseErrorCode, message: string, options: ErrorOptions & ErrorSubject = {}) {
    super(message, options);
    this.code = code;
    this.table = options.table;
    this.columns = options.columns ?? [];
  }

  /** Whether the same transaction, begun anew, may succeed. */
  get retryable(): boolean {
    return this.code === "busy";
  }

  /** What a client is told: no word of tables. */
  toSegueError(): SegueError {
    const retryAfterMs = PASSES[this.code];
    if (retryAfterMs === undefined) return new SegueError("internal", { cause: this });
    return new SegueError("unavailable", {
      detail: this.code === "busy" ? "others are changing the same" : "the database does not answer now",
      retryAfterMs,
      cause: this,
    });
  }
}

/** Whether `error` says that `column` of `table` has the value already. */
export function isTaken(error: unknown, table: string, column: string): boolean {
  return (
    error instanceof DatabaseError &&
    error.code === "unique" &&
    error.table === table &&
    error.columns.includes(column)
  );
}
