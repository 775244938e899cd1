/** Runs scenarios until one breaks an invariant; prints how to see it again. */
import fc from "fast-check";
import type { stepDevice } from "../../connect/client/step-device";
import { arbitraryScenario } from "./scenarios";
import { type Scenario, simulate } from "./simulate";

export interface CheckOptions {
  readonly runs: number;
  readonly maxHappenings: number;
  readonly seed: number;
  /** Path of a counterexample, as a failure prints it. */
  readonly path?: string;
  /** The reducer of every device; the one that ships unless it says otherwise. */
  readonly step?: typeof stepDevice;
  /** Whether a counterexample is made small; default true. */
  readonly shrinks?: boolean;
  readonly onRun?: (runs: number) => void;
}

export interface CheckOutcome {
  /** How often each thing was seen, over all runs. */
  readonly counts: Readonly<Record<string, number>>;
  readonly runs: number;
  readonly events: number;
  /** What failed first, shrunk, and how to see it again; null when nothing did. */
  readonly failure: { readonly scenario: Scenario; readonly report: string } | null;
}

export function checkConnect({
  runs,
  maxHappenings,
  seed,
  path,
  step,
  shrinks = true,
  onRun,
}: CheckOptions): CheckOutcome {
  const counts: Record<string, number> = {};
  let done = 0;
  let events = 0;
  const result = fc.check(
    fc.property(arbitraryScenario(maxHappenings), (scenario) => {
      const outcome = simulate(scenario, step);
      done += 1;
      events += outcome.events;
      for (const [name, n] of Object.entries(outcome.counts)) counts[name] = (counts[name] ?? 0) + n;
      onRun?.(done);
      return outcome.violations.length === 0;
    }),
    { numRuns: runs, seed, endOnFailure: !shrinks, ...(path !== undefined && { path }) },
  );
  if (!result.failed) return { counts, runs: done, events, failure: null };
  const scenario = result.counterexample![0];
  const { violations } = simulate(scenario, step);
  const report = [
    ...violations.map(({ invariant, atMs, detail }) => `${invariant} at ${Math.round(atMs)} ms: ${detail}`),
    JSON.stringify(scenario, null, 1),
    `Replay: npm run soak -- connect --seed ${result.seed} --path ${result.counterexamplePath} --happenings ${maxHappenings}`,
  ].join("\n");
  return { counts, runs: done, events, failure: { scenario, report } };
}
