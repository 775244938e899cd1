/** Runs one check: many executions, shrinking, confirmation. */
import fc from "fast-check";
import { NoAnswer, NotTestable, Violation } from "../outcomes";
import type { Subject } from "../subjects/subject";
import type { Check, Step } from "./check";
import { type Exchange, Execution } from "./execution";
import type { Tally } from "./tally";

/** A sequence of steps after which the server breaks a requirement. */
export interface Counterexample {
  readonly check: string;
  readonly requirement: string;
  readonly expected: string;
  readonly got: string;
  readonly seed: number;
  readonly steps: readonly Step[];
  /** Requests of the last execution of these steps. */
  readonly exchanges: readonly Exchange[];
  /** Of how many further executions of the same steps how many broke it too. */
  readonly confirmed: { readonly of: number; readonly broke: number };
}

/** How a check ended. */
export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly status: "passed" | "failed" | "not tested" | "error";
  /** Why it was not tested, or what went wrong in the suite. */
  readonly reason: string | null;
  readonly counterexamples: readonly Counterexample[];
  readonly executions: number;
  readonly durationMs: number;
}

/** How checks are run. */
export interface CheckOptions {
  readonly subject: Subject;
  readonly tally: Tally;
  readonly seed: number;
  /** Factor on each check's number of executions. */
  readonly depth: number;
  /** Longest that one check may take, milliseconds. */
  readonly budgetMs: number;
  /** Most counterexamples of one check, each for another requirement. Default 5. */
  readonly maxFound?: number;
  readonly signal: AbortSignal;
}

const CONFIRMATIONS = 3;
const MAX_COUNTEREXAMPLES = 5;

/** A seed of its own for each check, so that checks can be run alone. */
export function seedOf(seed: number, id: string): number {
  let hash = seed | 0;
  for (const char of id) hash = Math.imul(hash ^ char.charCodeAt(0), 16_777_619);
  return hash | 0;
}

interface Executed {
  readonly violation: Violation | null;
  readonly exchanges: readonly Exchange[];
  /** The step at which it ended. */
  readonly step: number;
}

/** Carries `steps` out once. @throws NotTestable, and whatever goes wrong in the suite */
export async function execute(
  check: Check,
  steps: readonly Step[],
  options: Pick<CheckOptions, "subject" | "tally" | "signal">,
  muted: ReadonlySet<string>,
): Promise<Executed> {
  const { subject, tally, signal } = options;
  signal.throwIfAborted();
  const run = new Execution({ subject, check: check.id, tally, muted, signal });
  const ended = (violation: Violation | null): Executed => ({
    violation,
    exchanges: run.exchanges,
    step: run.step,
  });
  try {
    const state = await check.begin(run);
    for (const [i, step] of steps.entries()) {
      run.at(i);
      await check.perform(run, state, step);
    }
    if (check.finish) {
      run.at(steps.length);
      await check.finish(run, state);
    }
    return ended(null);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Violation) return ended(error);
    if (error instanceof NotTestable) throw error;
    if (run.tainted) return ended(null);
    if (error instanceof NoAnswer && (await subject.alive())) {
      tally.add("ERR-001", check.id, false);
      const violation = new Violation("ERR-001", "an answer, or problem details", error.message);
      return ended(muted.has("ERR-001") ? null : violation);
    }
    throw error;
  } finally {
    await run.cleanUp();
  }
}

/** Runs `check` until its executions or its time are used up. */
export async function runCheck(check: Check, options: CheckOptions): Promise<CheckResult> {
  const started = performance.now();
  const result = (status: CheckResult["status"], reason: string | null = null): CheckResult => ({
    id: check.id,
    title: check.title,
    status,
    reason,
    counterexamples: found,
    executions,
    durationMs: Math.round(performance.now() - started),
  });
  const found: Counterexample[] = [];
  const muted = new Set<string>();
  let executions = 0;
  let completed = 0;
  const unless = check.unless?.(options.subject.facts) ?? null;
  if (unless !== null) return result("not tested", unless);
  if (check.movesClock && !options.subject.clock)
    return result("not tested", "needs a sandbox, whose clock can be moved");
  const seed = seedOf(options.seed, check.id);

  try {
    while (found.length < (options.maxFound ?? MAX_COUNTEREXAMPLES)) {
      let broken: Violation | null = null;
      let endedAt = 0;
      const property = fc.asyncProperty(check.steps(options.subject.facts), async (steps) => {
        executions += 1;
        const { violation, step } = await execute(check, steps, options, muted);
        completed += 1;
        // Shrinking keeps to the requirement that was broken first.
        if (violation && (broken === null || broken.requirement === violation.requirement)) {
          broken ??= violation;
          endedAt = step;
          throw violation;
        }
      });
      const spent = performance.now() - started;
      const details = await fc.check(property, {
        seed,
        numRuns: Math.max(1, Math.round(check.runs * options.depth)),
        interruptAfterTimeLimit: Math.max(1000, options.budgetMs - spent),
        markInterruptAsFailure: false,
      });
      options.signal.throwIfAborted();
      if (!details.failed || details.counterexample === null) break;
      const error = details.errorInstance;
      if (!(error instanceof Violation)) throw error;
      const upToIt = details.counterexample[0].slice(0, endedAt + 1);
      const steps = await reduced(check, upToIt, error.requirement, options, muted);
      found.push(await confirmed(check, steps, error, options, muted));
      muted.add(error.requirement);
    }
  } catch (error) {
    if (options.signal.aborted) throw error;
    if (error instanceof NotTestable && found.length === 0) return result("not tested", error.message);
    if (!(error instanceof NotTestable) && found.length === 0)
      return result("error", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  if (completed === 0)
    return result("error", "its time was used up before it ended once; give a larger --budget");
  return result(found.length > 0 ? "failed" : "passed");
}

/** Leaves out every step that the violation at the last one does not need: fast-check keeps the last ones. */
async function reduced(
  check: Check,
  steps: readonly Step[],
  requirement: string,
  options: CheckOptions,
  muted: ReadonlySet<string>,
): Promise<readonly Step[]> {
  const breaks = async (some: readonly Step[]) => {
    const { violation, step } = await execute(check, some, options, muted);
    return violation?.requirement === requirement ? some.slice(0, step + 1) : null;
  };
  const alone = steps.length > 1 ? await breaks(steps.slice(-1)) : steps;
  if (alone !== null) return alone;
  let kept = steps;
  for (let i = kept.length - 2; i >= 0; i--)
    kept = (await breaks(kept.filter((_, place) => place !== i))) ?? kept;
  return kept;
}

async function confirmed(
  check: Check,
  steps: readonly Step[],
  violation: Violation,
  options: CheckOptions,
  muted: ReadonlySet<string>,
): Promise<Counterexample> {
  let broke = 0;
  let exchanges: readonly Exchange[] = [];
  let shown = violation;
  for (let i = 0; i < CONFIRMATIONS; i++) {
    const again = await execute(check, steps, options, muted);
    if (exchanges.length === 0) exchanges = again.exchanges;
    if (again.violation?.requirement !== violation.requirement) continue;
    broke += 1;
    exchanges = again.exchanges;
    shown = again.violation;
  }
  const { requirement, expected, got } = shown;
  const { seed } = options;
  return {
    check: check.id,
    requirement,
    expected,
    got,
    seed,
    steps,
    exchanges,
    confirmed: { of: CONFIRMATIONS, broke },
  };
}
