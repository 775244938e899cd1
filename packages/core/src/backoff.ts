/** How long to wait after failures in a row: below a bound that doubles up to a cap, and not before the server wants. */
import type { Milliseconds } from "./units";

/** How somebody backs off. */
export interface Backoff {
  /** Bound of the wait after the first failure; it doubles with each further one. */
  readonly firstMs: Milliseconds;
  readonly longestMs: Milliseconds;
  /** Share of the bound that chance decides: with 1 the wait is anything below the bound, with 0 the bound itself. */
  readonly jitter: number;
  /** Whether the wait is `added` to what the server asked for, or is `at_least` that. */
  readonly asked: "added" | "at_least";
}

/** The bound after `failures` failures in a row, 1 or more. */
export function boundMs(backoff: Pick<Backoff, "firstMs" | "longestMs">, failures: number): Milliseconds {
  return Math.min(backoff.longestMs, backoff.firstMs * 2 ** (failures - 1));
}

/**
 * How long to wait after `failures` failures in a row, 1 or more, in whole milliseconds.
 * @param random in [0, 1)
 * @param askedMs what the server's Retry-After says
 */
export function waitMs(
  backoff: Backoff,
  failures: number,
  random: number,
  askedMs: Milliseconds = 0,
): Milliseconds {
  const wait = Math.floor(boundMs(backoff, failures) * (1 - backoff.jitter + backoff.jitter * random));
  return backoff.asked === "added" ? askedMs + wait : Math.max(askedMs, wait);
}
