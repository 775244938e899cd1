/** What to do about a failure: one table for every place where something fails. */
import { type Backoff, waitMs } from "../backoff";
import { ERROR_TABLE, type ErrorCode } from "../errors/error-table";
import type { Milliseconds } from "../units";

/** Where something failed. */
export type FailedAt =
  /** A call of the server's API. */
  | "call"
  /** A range of a media object, fetched from its URL. */
  | "range"
  /** The grant of an item that is not on the timeline yet. */
  | "grant"
  /** An item on the engine's timeline, once its ranges were given up. */
  | "item";

/** What to do about it. */
export type Recovery =
  /** Try again after this long: the call, the range, or from the item's grant on. */
  | { readonly kind: "retry"; readonly afterMs: Milliseconds }
  /** Ask for a fresh URL, and go on with it. */
  | { readonly kind: "refresh_grant" }
  /** Stand still until the license is renewed. */
  | { readonly kind: "expired" }
  /** Show why, then go on to the next item. */
  | { readonly kind: "skip" }
  /** Give up, and tell whoever asked. */
  | { readonly kind: "stop" };

/** What failed. */
export interface Failure {
  readonly code: ErrorCode;
  /** How often it failed in a row, this time included. */
  readonly failures: number;
  /** In [0, 1), for calls and ranges: spreads those who failed together. Without, the longest wait. */
  readonly random?: number;
  /** What the server's Retry-After says. */
  readonly retryAfterMs?: Milliseconds | undefined;
  /** Whether a call may be repeated that may have been carried out already. Default true. */
  readonly repeatable?: boolean;
}

/** How long a listener sees why an item is skipped. */
export const SHOW_BEFORE_SKIP_MS: Milliseconds = 4_000;

/** `repeat`: retry, unless the call may have been carried out and must not be repeated. */
type Answer = "repeat" | Recovery["kind"];
type Row = Readonly<Record<FailedAt, Answer>>;
const row = (call: Answer, range: Answer, grant: Answer, item: Answer): Row => ({ call, range, grant, item });

/** Nobody answered, or the server failed: what was asked for may have been done. */
const OUTAGE = row("repeat", "retry", "retry", "retry");
/** The server turned the request away before it did anything. */
const TURNED_AWAY = row("retry", "retry", "retry", "retry");
/** Another grant brings another URL; the same URL is asked in vain. */
const STALE_URL = row("repeat", "stop", "retry", "refresh_grant");
const WRONG_URL = row("stop", "stop", "stop", "refresh_grant");
/** The bytes came wrong: other ones may come, and no other grant would help. */
const BAD_BYTES = row("repeat", "retry", "retry", "skip");
const UNPLAYABLE = row("stop", "stop", "stop", "skip");
const EXPIRED = row("stop", "stop", "stop", "expired");

/** By code; the comments name what a media server answers. */
const TABLE: Readonly<Partial<Record<ErrorCode, Row>>> = {
  network: OUTAGE,
  timeout: OUTAGE,
  internal: OUTAGE,
  unavailable: TURNED_AWAY, // 5xx
  rate_limited: TURNED_AWAY, // 429
  // The transport has refreshed the token by then.
  token_expired: row("stop", "retry", "retry", "stop"),
  url_expired: STALE_URL, // 403
  media_missing: STALE_URL, // 404, 410
  url_tampered: WRONG_URL, // 401
  range_not_granted: WRONG_URL,
  media_truncated: BAD_BYTES, // 416, or a body that ends early
  // The reader has fetched the segment once more by then.
  segment_corrupt: BAD_BYTES,
  media_changed: UNPLAYABLE,
  decode_failed: UNPLAYABLE,
  codec_unsupported: UNPLAYABLE,
  license_revoked: UNPLAYABLE,
  envelope_invalid: UNPLAYABLE,
  envelope_not_for_device: UNPLAYABLE,
  not_granted: UNPLAYABLE,
  license_expired: EXPIRED,
  license_missing: EXPIRED,
  clock_tampered: EXPIRED,
};
/** What has no row of its own is retried when the error table says so, but stops an item. */
const RETRYABLE = row("repeat", "retry", "retry", "stop");
const FINAL = row("stop", "stop", "stop", "stop");

interface Retries {
  /** Most retries in a row. */
  readonly most: number;
  readonly backoff: Backoff;
  /** Longest Retry-After that is waited for; what asks for more is given up, so that the caller can say so. */
  readonly patienceMs: Milliseconds;
}
const SLOW: Backoff = { firstMs: 1_000, longestMs: 30_000, jitter: 0, asked: "at_least" };
const RETRIES: Readonly<Record<FailedAt, Retries>> = {
  call: {
    most: 3,
    backoff: { firstMs: 250, longestMs: 8_000, jitter: 1, asked: "added" },
    patienceMs: 30_000,
  },
  range: {
    most: 5,
    backoff: { firstMs: 200, longestMs: 8_000, jitter: 0.5, asked: "at_least" },
    patienceMs: Number.POSITIVE_INFINITY,
  },
  grant: { most: 6, backoff: SLOW, patienceMs: Number.POSITIVE_INFINITY },
  item: { most: 5, backoff: SLOW, patienceMs: Number.POSITIVE_INFINITY },
};
/** Fresh URLs in a row that an item is given before it is skipped. */
const MOST_REFRESHES = 2;

/** Decides what to do about a failure. */
export function decideRecovery(at: FailedAt, failure: Failure): Recovery {
  const { code, failures } = failure;
  const answer = (TABLE[code] ?? (ERROR_TABLE[code].retryable ? RETRYABLE : FINAL))[at];
  switch (answer) {
    case "repeat":
      return failure.repeatable === false ? { kind: "stop" } : retry(RETRIES[at], failure);
    case "retry":
      return retry(RETRIES[at], failure);
    case "refresh_grant":
      return { kind: failures <= MOST_REFRESHES ? "refresh_grant" : "skip" };
    default:
      return { kind: answer };
  }
}

function retry(
  { most, backoff, patienceMs }: Retries,
  { failures, random = 1, retryAfterMs = 0 }: Failure,
): Recovery {
  if (failures > most || retryAfterMs > patienceMs) return { kind: "stop" };
  return { kind: "retry", afterMs: waitMs(backoff, failures, random, retryAfterMs) };
}
