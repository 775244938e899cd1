import type { Milliseconds } from "@segue/core";
import type { Clock } from "../ports/clock";

export interface ManualClock extends Clock {
  /** Moves both clocks on and runs what is due, in order. */
  advance(ms: Milliseconds): void;
  /** Sets the wall clock alone, as a listener might. */
  setWall(ms: Milliseconds): void;
  /** How many timers wait. */
  readonly pending: number;
}

/** A clock that stands still until it is told otherwise. */
export function manualClock(wallMs: Milliseconds = 1_700_000_000_000): ManualClock {
  let monotonic = 0;
  let offset = wallMs;
  let timers: { at: number; run: () => void }[] = [];
  return {
    wallMs: () => monotonic + offset,
    monotonicMs: () => monotonic,
    after(ms, run) {
      const timer = { at: monotonic + Math.max(0, ms), run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const end = monotonic + ms;
      for (;;) {
        const due = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((timer) => timer !== due);
        monotonic = Math.max(monotonic, due.at);
        due.run();
      }
      monotonic = end;
    },
    setWall(ms) {
      offset = ms - monotonic;
    },
    get pending() {
      return timers.length;
    },
  };
}
