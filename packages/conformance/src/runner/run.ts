/** Runs checks against a server and says what was judged. */
import type { Subject } from "../subjects/subject";
import type { Check } from "./check";
import { isMust, REQUIREMENTS, type Requirement, whyNotObservable } from "./requirements";
import { type CheckResult, type Counterexample, runCheck } from "./run-check";
import { Tally } from "./tally";

/** What a run says about one requirement. */
export interface RequirementResult extends Requirement {
  readonly verdict: "kept" | "broken" | "not judged";
  /** Times it was judged. */
  readonly judged: number;
  readonly checks: readonly string[];
  /** Why it was not judged. */
  readonly reason: string | null;
}

/** The outcome of a run. */
export interface RunResult {
  readonly server: {
    readonly url: string;
    readonly name: string;
    readonly version: string;
    readonly protocolVersion: string;
  };
  readonly seed: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly verdict: "conformant" | "not conformant" | "inconclusive";
  readonly cancelled: boolean;
  readonly checks: readonly CheckResult[];
  readonly requirements: readonly RequirementResult[];
}

/** How a run is made. */
export interface RunOptions {
  readonly subject: Subject;
  readonly checks: readonly Check[];
  readonly seed: number;
  readonly depth: number;
  /** Longest that one check may take, milliseconds. */
  readonly budgetMs: number;
  /** Checks at the same time; those that move the clock always run alone. */
  readonly parallel: number;
  readonly signal: AbortSignal;
  readonly onCheck: (result: CheckResult, done: number, total: number) => void;
}

/** Runs the checks. A cancelled run gives what it has. */
export async function runChecks(options: RunOptions): Promise<RunResult> {
  const { subject, checks, signal } = options;
  const tally = new Tally();
  const startedAt = new Date();
  const results = new Map<string, CheckResult>();
  const perform = async (check: Check) => {
    if (signal.aborted) return;
    try {
      const result = await runCheck(check, { ...options, tally });
      results.set(check.id, result);
      options.onCheck(result, results.size, checks.length);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };
  const waiting = checks.filter((check) => !check.movesClock).values();
  const lane = async () => {
    for (const check of waiting) await perform(check);
  };
  await Promise.all(Array.from({ length: options.parallel }, lane));
  for (const check of checks.filter((each) => each.movesClock)) await perform(check);

  const ordered = checks.flatMap((check) => results.get(check.id) ?? []);
  const { name, version, protocolVersion } = subject.facts;
  return {
    server: { url: subject.url, name, version, protocolVersion },
    seed: options.seed,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    verdict: verdictOf(ordered, signal.aborted),
    cancelled: signal.aborted,
    checks: ordered,
    requirements: requirementResults(tally, checks, ordered),
  };
}

function verdictOf(results: readonly CheckResult[], cancelled: boolean): RunResult["verdict"] {
  if (results.some((result) => result.status === "failed")) return "not conformant";
  const passed = results.some((result) => result.status === "passed");
  return cancelled || !passed || results.some((result) => result.status === "error")
    ? "inconclusive"
    : "conformant";
}

function requirementResults(
  tally: Tally,
  checks: readonly Check[],
  results: readonly CheckResult[],
): readonly RequirementResult[] {
  return [...REQUIREMENTS.values()].map((each) => {
    const judged = tally.get(each.id);
    if (judged) {
      const verdict = judged.failed > 0 ? "broken" : "kept";
      return {
        ...each,
        verdict,
        judged: judged.passed + judged.failed,
        checks: [...judged.checks].sort(),
        reason: null,
      };
    }
    return {
      ...each,
      verdict: "not judged",
      judged: 0,
      checks: [],
      reason: whyNotJudged(each, checks, results),
    };
  });
}

function whyNotJudged(each: Requirement, checks: readonly Check[], results: readonly CheckResult[]): string {
  const able = checks.filter((check) => check.requirements.includes(each.id));
  const reasons = able.flatMap((check) => results.find((result) => result.id === check.id)?.reason ?? []);
  if (reasons.length > 0) return reasons[0]!.split("\n")[0]!;
  if (able.length > 0) return "its check did not reach it";
  const hidden = whyNotObservable(each);
  if (hidden !== null) return hidden;
  return isMust(each) ? "no check yet" : "not a MUST";
}

/** How much of the MUSTs that a server's wire can show was judged. */
export function coverageOf(requirements: readonly RequirementResult[]): {
  readonly judged: number;
  readonly observable: number;
  readonly broken: number;
} {
  const musts = requirements.filter(isMust);
  const judged = musts.filter((each) => each.verdict !== "not judged");
  const observable = musts.filter((each) => each.verdict !== "not judged" || whyNotObservable(each) === null);
  return {
    judged: judged.length,
    observable: observable.length,
    broken: judged.filter((each) => each.verdict === "broken").length,
  };
}

/** One counterexample per requirement, the one of fewest steps, and the other checks that found one. */
export function distinctCounterexamples(
  checks: readonly CheckResult[],
): readonly { readonly found: Counterexample; readonly alsoIn: readonly string[] }[] {
  const byRequirement = new Map<string, Counterexample[]>();
  for (const found of checks.flatMap((check) => check.counterexamples)) {
    const others = byRequirement.get(found.requirement) ?? [];
    byRequirement.set(found.requirement, [...others, found]);
  }
  return [...byRequirement.values()].map((all) => {
    const found = all.reduce((best, each) => (each.steps.length < best.steps.length ? each : best));
    return { found, alsoIn: all.filter((each) => each !== found).map((each) => each.check) };
  });
}
