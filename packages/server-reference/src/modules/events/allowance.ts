/** How many events a listener may report: an outbox that was offline for weeks passes, a flood does not. */
import {
  type BucketRate,
  fullBucket,
  type Milliseconds,
  SegueError,
  type TokenBucket,
  takeTokens,
} from "@segue/core";
import { LRUCache } from "lru-cache";

/** Two full outboxes at once; nobody begins plays faster than 10 a second for long. */
const RATE: BucketRate = { perSecond: 10, burst: 20_000 };
const MAX_LISTENERS = 10_000;

/** Counts the events of each listener. */
export interface Allowance {
  /** @throws SegueError `rate_limited` when `events` more are too many now */
  spend(userId: string, events: number): void;
}

/** @param monotonicMs Time that never goes back */
export function createAllowance(monotonicMs: () => Milliseconds): Allowance {
  const buckets = new LRUCache<string, TokenBucket>({ max: MAX_LISTENERS });
  return {
    spend(userId, events) {
      const now = monotonicMs();
      const { bucket, waitMs } = takeTokens(buckets.get(userId) ?? fullBucket(RATE, now), RATE, events, now);
      buckets.set(userId, bucket);
      if (waitMs > 0)
        throw new SegueError("rate_limited", { detail: "too many events", retryAfterMs: waitMs });
    },
  };
}
