import type { Milliseconds, SegueError } from "@segue/core";

const FIRST_MS = 250;
const LONGEST_MS = 8_000;
/** A server that asks for more is obeyed by giving up, so that the caller can say so. */
const PATIENCE_MS = 30_000;
const ATTEMPTS = 4;

/**
 * How long to wait before attempt number `attempt` + 1 (the first is 1), or null to give up.
 * Full jitter: anywhere between 0 and a bound that doubles. `random` is in [0, 1).
 */
export function retryDelayMs(error: SegueError, attempt: number, random: number): Milliseconds | null {
  if (!error.retryable || error.code === "token_expired" || attempt >= ATTEMPTS) return null;
  const jitter = Math.floor(random * Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1)));
  if (error.retryAfterMs === undefined) return jitter;
  return error.retryAfterMs > PATIENCE_MS ? null : error.retryAfterMs + jitter;
}

/** `Retry-After` as milliseconds from now: seconds or an HTTP date. Undefined when absent or unreadable. */
export function retryAfterMs(header: string | null, nowMs: Milliseconds): Milliseconds | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
