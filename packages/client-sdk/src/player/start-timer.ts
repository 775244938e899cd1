import type { Milliseconds } from "@segue/core";
import type { InspectorSnapshot } from "../client";
import type { Clock } from "../ports/clock";

/** The steps between play() and the first audible frame, in milliseconds since play(). */
export interface StartTimer {
  /** A start begins; the one before, if it never sounded, is forgotten. */
  begin(): void;
  /** A step of the current start has ended; only its first end counts. */
  mark(step: string): void;
  /** The first frame is audible. */
  end(): Milliseconds | null;
  last(): InspectorSnapshot["lastStart"];
}

export function createStartTimer(clock: Clock): StartTimer {
  let begun: { at: Milliseconds; steps: Record<string, Milliseconds> } | null = null;
  let last: InspectorSnapshot["lastStart"] = null;
  const since = (at: Milliseconds) => Math.round((clock.monotonicMs() - at) * 10) / 10;
  return {
    begin() {
      begun = { at: clock.monotonicMs(), steps: {} };
    },
    mark(step) {
      if (begun && !Object.hasOwn(begun.steps, step)) begun.steps[step] = since(begun.at);
    },
    end() {
      if (!begun) return null;
      const totalMs = since(begun.at);
      last = { totalMs, steps: { ...begun.steps, audible: totalMs } };
      begun = null;
      return totalMs;
    },
    last: () => last,
  };
}
