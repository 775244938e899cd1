/** What every implementation of the Clock port must do. */
import type { Milliseconds } from "@segue/core";
import { type Clock, sleep } from "../ports/clock";
import type { SuiteTools } from "./suite-tools";

/** A clock, and how time is made to pass on it. */
export interface ClockSubject {
  readonly clock: Clock;
  /** Resolves once at least `ms` passed on the clock, and what was due by then has run. */
  pass(ms: Milliseconds): Promise<void>;
}

/** @param open Makes a clock that nobody else uses */
export function clockSuite({ describe, test, equal }: SuiteTools, open: () => ClockSubject): void {
  describe("a clock", () => {
    test("goes on, its monotonic time from any start, its wall time from 1970", async () => {
      const { clock, pass } = open();
      const [monotonic, wall] = [clock.monotonicMs(), clock.wallMs()];
      await pass(20);
      equal(clock.monotonicMs() - monotonic >= 20, true);
      // A wall clock is rounded to milliseconds.
      equal(clock.wallMs() - wall >= 18, true);
      equal(wall > 1_500_000_000_000, true);
    });

    test("runs what is due once, in the order of its times, and never early", async () => {
      const { clock, pass } = open();
      const seen: string[] = [];
      const begun = clock.monotonicMs();
      let early = false;
      clock.after(40, () => seen.push("later"));
      clock.after(10, () => {
        early = clock.monotonicMs() - begun < 9;
        seen.push("sooner");
      });
      clock.after(-5, () => seen.push("now"), { background: true });
      await pass(120);
      equal(seen, ["now", "sooner", "later"]);
      equal(early, false);
    });

    test("does not run what was cancelled; cancelling twice, or too late, is harmless", async () => {
      const { clock, pass } = open();
      let runs = 0;
      const cancel = clock.after(10, () => runs++);
      const late = clock.after(5, () => runs++);
      cancel();
      cancel();
      await pass(60);
      late();
      equal(runs, 1);
    });

    test("takes delays longer than any timer", async () => {
      const { clock, pass } = open();
      let runs = 0;
      const cancel = clock.after(Number.MAX_SAFE_INTEGER, () => runs++);
      await pass(20);
      cancel();
      equal(runs, 0);
    });

    test("wakes sleepers in time, or with the reason of whoever wakes them", async () => {
      const { clock, pass } = open();
      let awake = false;
      const sleeping = sleep(clock, 10).then(() => {
        awake = true;
      });
      await Promise.all([pass(60), sleeping]);
      equal(awake, true);
      const abort = new AbortController();
      const woken = sleep(clock, 60_000, abort.signal).catch((reason) => reason);
      abort.abort("enough");
      equal(await woken, "enough");
      equal(await sleep(clock, 1, abort.signal).catch((reason) => reason), "enough");
    });
  });
}
