/** How often something may happen: so often on average, and so many times at once. */
import type { Milliseconds } from "./units";

/** What a bucket allows. */
export interface BucketRate {
  /** Tokens that flow in. */
  readonly perSecond: number;
  /** Tokens that it holds. */
  readonly burst: number;
}

/** A bucket at one moment. Plain data. */
export interface TokenBucket {
  readonly tokens: number;
  /** Of a clock that never goes back. */
  readonly atMs: Milliseconds;
}

/** A bucket from which nothing was taken yet. */
export function fullBucket({ burst }: BucketRate, nowMs: Milliseconds): TokenBucket {
  return { tokens: burst, atMs: nowMs };
}

/**
 * Takes `count` tokens, or none when there are too few.
 * @returns the bucket after it, and how long to wait before asking again: 0 when they were taken
 */
export function takeTokens(
  bucket: TokenBucket,
  { perSecond, burst }: BucketRate,
  count: number,
  nowMs: Milliseconds,
): { readonly bucket: TokenBucket; readonly waitMs: Milliseconds } {
  const tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * perSecond);
  const missing = count - tokens;
  if (missing > 0)
    return { bucket: { tokens, atMs: nowMs }, waitMs: Math.ceil((missing / perSecond) * 1000) };
  return { bucket: { tokens: tokens - count, atMs: nowMs }, waitMs: 0 };
}
