/** How many events a listener may report: an outbox that was offline for weeks passes, a flood does not. */
import { type Milliseconds, SegueError } from "@segue/core";

/** Two full outboxes at once. */
const BURST = 20_000;
/** Nobody begins plays faster than this for long. */
const PER_SECOND = 10;
const MAX_LISTENERS = 10_000;

/** Counts the events of each listener. */
export interface Allowance {
  /** @throws SegueError `rate_limited` when `events` more are too many now */
  spend(userId: string, events: number): void;
}

/** @param monotonicMs Time that never goes back */
export function createAllowance(monotonicMs: () => Milliseconds): Allowance {
  const spent = new Map<string, { level: number; at: Milliseconds }>();
  return {
    spend(userId, events) {
      const now = monotonicMs();
      const held = spent.get(userId) ?? { level: 0, at: now };
      const level = Math.max(0, held.level - ((now - held.at) / 1000) * PER_SECOND) + events;
      if (level > BURST)
        throw new SegueError("rate_limited", {
          detail: "too many events",
          retryAfterMs: Math.ceil(((level - BURST) / PER_SECOND) * 1000),
        });
      // The last to come is the last to be forgotten.
      spent.delete(userId);
      spent.set(userId, { level, at: now });
      if (spent.size > MAX_LISTENERS) spent.delete(spent.keys().next().value as string);
    },
  };
}
