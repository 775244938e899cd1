import type { Milliseconds } from "@segue/core";

/** What the last answers said about how many requests are left. */
export interface RateBudget {
  /** Reads the RateLimit headers of an answer. */
  note(header: (name: string) => string | null, nowMs: Milliseconds): void;
  /** How long to hold the next request back: 0 while requests are left. */
  delayMs(nowMs: Milliseconds): Milliseconds;
}

const LONGEST_HOLD_MS = 10_000;

/** Holds requests back once a server said that none are left in the current window. */
export function createRateBudget(): RateBudget {
  let emptyUntil = 0;
  return {
    note(header, nowMs) {
      const { remaining, resetSeconds } = readRateLimit(header);
      if (remaining === null || resetSeconds === null) return;
      emptyUntil = remaining > 0 ? 0 : nowMs + Math.min(resetSeconds * 1000, LONGEST_HOLD_MS);
    },
    delayMs: (nowMs) => Math.max(0, emptyUntil - nowMs),
  };
}

/** Reads `RateLimit: "policy";r=12;t=30`, `RateLimit: remaining=12, reset=30` or the three separate headers. */
export function readRateLimit(header: (name: string) => string | null): {
  remaining: number | null;
  resetSeconds: number | null;
} {
  const combined = header("ratelimit");
  const find = (pattern: RegExp, name: string) => {
    const found = combined === null ? header(name) : pattern.exec(combined)?.[1];
    return found !== null && found !== undefined && /^\d{1,9}$/.test(found) ? Number(found) : null;
  };
  return {
    remaining: find(/\b(?:r|remaining)=(\d+)/, "ratelimit-remaining"),
    resetSeconds: find(/\b(?:t|reset)=(\d+)/, "ratelimit-reset"),
  };
}
