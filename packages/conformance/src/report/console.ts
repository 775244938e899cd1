/** The run as lines of a terminal. */

import { requirement } from "../runner/requirements";
import { coverageOf, type RunResult } from "../runner/run";
import type { CheckResult, Counterexample } from "../runner/run-check";
import { preparationOf, shownSteps } from "./steps";

const MARK = { passed: "ok    ", failed: "BROKEN", "not tested": "--    ", error: "ERROR " } as const;

/** One line about a check that has ended. */
export function checkLine(result: CheckResult, done: number, total: number): string {
  const place = `[${String(done).padStart(String(total).length)}/${total}]`;
  const time = `${(result.durationMs / 1000).toFixed(1)} s`;
  const about =
    result.status === "passed"
      ? `${result.executions} executions, ${time}`
      : result.status === "failed"
        ? result.counterexamples.map((each) => each.requirement).join(", ")
        : (result.reason ?? "").split("\n")[0];
  return `${place} ${MARK[result.status]} ${result.id}  (${about})`;
}

/** A counterexample in a few lines. */
export function counterexampleLines(
  found: Counterexample,
  replay: string,
  alsoIn: readonly string[] = [],
): readonly string[] {
  const { text, page } = requirement(found.requirement);
  const before = preparationOf(found);
  const { of, broke } = found.confirmed;
  return [
    `${found.requirement}  ${text}`,
    `  docs/spec/${page}, check ${found.check}${alsoIn.length > 0 ? `, also found by ${alsoIn.join(" and ")}` : ""}${broke < of ? `, seen in ${broke} of ${of} repetitions` : ""}`,
    ...(before === null ? [] : [`  before: ${before}`]),
    ...shownSteps(found).map(({ request, expected, got }, i) =>
      expected === null
        ? `  ${i + 1}. ${request} → ${got}`
        : `  ${i + 1}. ${request}\n       expected ${expected}\n       got      ${got}`,
    ),
    `  replay: ${replay}`,
  ];
}

/** The last lines of a run. */
export function summaryLines(result: RunResult, folder: string | null): readonly string[] {
  const { judged, observable, broken } = coverageOf(result.requirements);
  const count = (status: CheckResult["status"]) =>
    result.checks.filter((check) => check.status === status).length;
  const verdict = {
    conformant: "Conformant",
    "not conformant": "Not conformant",
    inconclusive: "Inconclusive",
  }[result.verdict];
  return [
    `${verdict}${result.cancelled ? " (cancelled)" : ""}: ${count("passed")} checks passed, ${count("failed")} failed, ${count("not tested")} not tested, ${count("error")} with errors.`,
    `${judged} of ${observable} MUSTs that a server's wire can show were exercised, ${broken} broken. ${(result.durationMs / 1000).toFixed(1)} s, seed ${result.seed}.`,
    ...(folder === null ? [] : [`Report: ${folder}/report.html`]),
  ];
}
