import { ERROR_TABLE, type ErrorCode, type ErrorScope, isErrorCode } from "./error-table";

/** What may accompany an error. */
export interface SegueErrorOptions {
  /** This occurrence in one sentence, for a developer. Must hold no secret. */
  readonly detail?: string;
  /** Id under which the server logged it. */
  readonly supportId?: string;
  /** When to try again, milliseconds from now. */
  readonly retryAfterMs?: number;
  /** Fields that break the specification: a JSON pointer and what is wrong with it. */
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
  readonly cause?: unknown;
}

const BRAND = "segue.error";

/** The one error class. Branch on `code`; `message` says what happened and, with `remedy`, what to do. */
export class SegueError extends Error {
  override readonly name = "SegueError";
  readonly brand = BRAND;
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly supportId: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly errors: readonly { readonly pointer: string; readonly message: string }[];

  constructor(code: ErrorCode, options: SegueErrorOptions = {}) {
    const { title, remedy } = ERROR_TABLE[code];
    const cause = options.cause === undefined ? undefined : { cause: options.cause };
    super(`${title}${options.detail ? ` (${options.detail})` : ""} ${remedy}`, cause);
    this.code = code;
    this.detail = options.detail;
    this.supportId = options.supportId;
    this.retryAfterMs = options.retryAfterMs;
    this.errors = options.errors ?? [];
  }

  get scope(): ErrorScope {
    return ERROR_TABLE[this.code].scope;
  }
  /** HTTP status of a wire error, 0 for a local one. */
  get status(): number {
    return ERROR_TABLE[this.code].status;
  }
  /** Whether the same may succeed later without a change. */
  get retryable(): boolean {
    return ERROR_TABLE[this.code].retryable;
  }
  /** What the developer, or through them the listener, can do. */
  get remedy(): string {
    return ERROR_TABLE[this.code].remedy;
  }

  /** Whether `value` is a SegueError, also one made by another copy of this package. */
  static is(value: unknown): value is SegueError {
    return (
      typeof value === "object" &&
      value !== null &&
      (value as { brand?: unknown }).brand === BRAND &&
      isErrorCode((value as { code?: unknown }).code)
    );
  }

  /** `value` itself when it is a SegueError, else one with `code` and `value` as its cause. */
  static from(value: unknown, code: ErrorCode): SegueError {
    return SegueError.is(value) ? value : new SegueError(code, { cause: value });
  }
}
