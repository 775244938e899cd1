/** What the commands do; each gives its exit code. */
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { MUTANTS } from "../../mutants/index";
import { judgeMutant, type MutantResult } from "../../mutants/selftest";
import { CHECKS } from "../checks/index";
import { checkLine, counterexampleLines, summaryLines } from "../report/console";
import { readReplay, replayName } from "../report/replay-files";
import { writeReport } from "../report/write";
import type { Check } from "../runner/check";
import { distinctCounterexamples, runChecks } from "../runner/run";
import { execute } from "../runner/run-check";
import { Tally } from "../runner/tally";
import { openSubject } from "../subjects/open";
import { prepareReference, removePrepared } from "../subjects/reference";
import { type Arguments, Misuse } from "./arguments";

type Print = (line: string) => void;

function chosen(only: readonly string[]): readonly Check[] {
  if (only.length === 0) return CHECKS;
  const found = CHECKS.filter((check) =>
    only.some((text) => check.id.includes(text) || check.requirements.includes(text)),
  );
  if (found.length === 0) throw new Misuse(`No check matches ${only.join(" or ")}; see list.`);
  return found;
}

/** The command that repeats a counterexample. */
const replayCommand = (file: string, server: string) =>
  `npm run conformance -- replay ${file} --server ${server}`;

/** `run` */
export async function run(given: Arguments, print: Print, signal: AbortSignal): Promise<number> {
  const checks = chosen(given.only);
  const seed = given.seed ?? randomInt(2 ** 31);
  const server = given.server ?? "";
  if (server === "reference") print("Making a small catalog …");
  const { subject, close } = await openSubject(given.server, given.credentials, signal);
  try {
    const { name, version } = subject.facts;
    print(`${name} ${version} at ${subject.url}: ${checks.length} checks, seed ${seed}`);
    const result = await runChecks({
      ...given,
      subject,
      checks,
      seed,
      signal,
      onCheck: (each, done, total) => print(checkLine(each, done, total)),
    });
    const credentials = given.credentials === null ? "" : ` --credentials ${given.credentials}`;
    const command = (file: string) =>
      `${replayCommand(given.report === null ? file : join(given.report, file), server)}${credentials}`;
    if (given.report !== null) writeReport(given.report, result, command);
    for (const { found: each, alsoIn } of distinctCounterexamples(result.checks)) {
      const again =
        given.report === null
          ? `npm run conformance -- run --server ${server}${credentials} --only ${each.check} --seed ${seed}`
          : command(`counterexamples/${replayName(each)}`);
      print(`\n${counterexampleLines(each, again, alsoIn).join("\n")}`);
    }
    print("");
    for (const line of summaryLines(result, given.report)) print(line);
    return result.verdict === "conformant" ? 0 : result.verdict === "not conformant" ? 1 : 2;
  } finally {
    await close();
  }
}

/** `list` */
export function list({ rest }: Arguments, print: Print): number {
  for (const check of CHECKS.filter(
    (each) => rest.length === 0 || rest.some((text) => each.id.includes(text)),
  )) {
    print(check.id);
    print(`  ${check.title}`);
    print(`  ${check.requirements.join(" ")}`);
  }
  return 0;
}

/** `replay` */
export async function replay(given: Arguments, print: Print, signal: AbortSignal): Promise<number> {
  const [file] = given.rest;
  if (given.rest.length !== 1 || !file) throw new Misuse("replay needs the file of one counterexample.");
  let saved: ReturnType<typeof readReplay>;
  try {
    saved = readReplay(file);
  } catch (error) {
    throw new Misuse((error as Error).message);
  }
  const check = CHECKS.find((each) => each.id === saved.check);
  if (!check) throw new Misuse(`This suite has no check ${saved.check}.`);
  const { subject, close } = await openSubject(given.server, given.credentials, signal);
  try {
    const { violation, exchanges } = await execute(
      check,
      saved.steps,
      { subject, tally: new Tally(), signal },
      new Set(),
    );
    if (violation === null) {
      for (const { sent, got } of exchanges) print(`  ${sent} → ${got}`);
      print(`${saved.requirement} holds: these ${saved.steps.length} steps no longer break it.`);
      return 0;
    }
    const { requirement, expected, got } = violation;
    const shown = {
      check: check.id,
      requirement,
      expected,
      got,
      seed: saved.seed,
      steps: saved.steps,
      exchanges,
      confirmed: { of: 1, broke: 1 },
    };
    print(counterexampleLines(shown, replayCommand(file, given.server ?? "")).join("\n"));
    return 1;
  } finally {
    await close();
  }
}

function mutantLine({ mutant, fate, about, steps, durationMs }: MutantResult): string {
  const { id, title, requirement } = mutant;
  const time = `${(durationMs / 1000).toFixed(1)} s`;
  if (fate === "killed")
    return `killed ${id}: ${title} (${about} in ${steps} ${steps === 1 ? "step" : "steps"}, ${time})`;
  return `MISSED ${id}: ${title} (${fate}: ${about}, not ${requirement}, ${time})`;
}

/** `selftest` */
export async function selftest(
  { rest, seed, parallel }: Arguments,
  print: Print,
  signal: AbortSignal,
): Promise<number> {
  const chosen = MUTANTS.filter((mutant) => rest.length === 0 || rest.includes(mutant.id));
  if (chosen.length === 0) throw new Misuse(`There is no mutant ${rest.join(" or ")}.`);
  print("Making a small catalog …");
  const prepared = await prepareReference(signal);
  const started = performance.now();
  let killed = 0;
  try {
    const waiting = chosen.values();
    let done = 0;
    const lane = async () => {
      for (const mutant of waiting) {
        signal.throwIfAborted();
        const result = await judgeMutant(mutant, prepared, CHECKS, seed ?? 1, signal);
        if (result.fate === "killed") killed += 1;
        print(`[${++done}/${chosen.length}] ${mutantLine(result)}`);
      }
    };
    await Promise.all(Array.from({ length: parallel }, lane));
  } finally {
    removePrepared(prepared);
  }
  print(
    `${killed} of ${chosen.length} mutants killed for the right requirement in ${((performance.now() - started) / 1000).toFixed(0)} s.`,
  );
  return killed === chosen.length ? 0 : 1;
}
