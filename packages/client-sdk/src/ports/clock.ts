/** Time as the SDK reads it. Implementations: the system's, and a manual one for tests. */
import type { Milliseconds } from "@segue/core";

export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. May jump. */
  wallMs(): Milliseconds;
  /** Milliseconds since an arbitrary start. Never goes back. */
  monotonicMs(): Milliseconds;
  /** Calls `run` once, at least `ms` from now. Returns a function that cancels it. */
  after(ms: Milliseconds, run: () => void, options?: TimerOptions): () => void;
}

export interface TimerOptions {
  /** A program that has nothing else to do need not stay for it. Default false. */
  readonly background?: boolean;
}

/** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, ms: Milliseconds, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** The longest delay that browsers and Node accept for a timer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The clock of the machine. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(ms, run, { background = false } = {}) {
    const timer = setTimeout(run, Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
    // Browsers number their timers; only in Node can one keep a program alive.
    if (background && typeof timer === "object") (timer as { unref(): void }).unref();
    return () => clearTimeout(timer);
  },
};
