/** Breaks the reference server in every known way, and asks the suite. */
import type { Check } from "../src/runner/check";
import { type CheckResult, runCheck } from "../src/runner/run-check";
import { Tally } from "../src/runner/tally";
import { type PreparedData, startReference } from "../src/subjects/reference";
import { openRemote } from "../src/subjects/remote";
import type { Mutant } from "./mutant";
import { startProxy } from "./proxy";

/** How long a check may look and shrink; a shrunken counterexample is short enough by then. */
const SHRINK_MS = 12_000;

/** What became of a mutant. */
export interface MutantResult {
  readonly mutant: Mutant;
  readonly fate: "killed" | "killed for another requirement" | "survived" | "error";
  /** The requirement that was found broken, or what went wrong. */
  readonly about: string;
  readonly steps: number;
  readonly durationMs: number;
}

/** A server with mutants in front. */
export interface MutatedServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Starts the reference server on a copy of `prepared`, broken by `mutants`. */
export async function startMutated(
  prepared: PreparedData,
  mutants: readonly Mutant[],
): Promise<MutatedServer> {
  const server = await startReference(prepared, ...mutants.flatMap((mutant) => mutant.replace ?? []));
  const proxy = await startProxy(
    server.url,
    mutants.flatMap((mutant) => mutant.tamper?.() ?? []),
  );
  const close = async () => {
    await proxy.close();
    await server.close();
  };
  return { url: proxy.url, close };
}

/** Runs the checks of one mutant against a server that it breaks. */
export async function judgeMutant(
  mutant: Mutant,
  prepared: PreparedData,
  checks: readonly Check[],
  seed: number,
  signal: AbortSignal,
): Promise<MutantResult> {
  const started = performance.now();
  const result = (fate: MutantResult["fate"], about: string, steps = 0): MutantResult => ({
    mutant,
    fate,
    about,
    steps,
    durationMs: Math.round(performance.now() - started),
  });
  const server = await startMutated(prepared, [mutant]);
  try {
    const subject = await openRemote(server.url, null, prepared.tracks);
    const wanted = checks.filter((check) => mutant.checks.includes(check.id));
    if (wanted.length !== mutant.checks.length)
      return result("error", `no check ${mutant.checks.join(" or ")}`);
    const found: CheckResult[] = [];
    for (const check of wanted)
      found.push(
        await runCheck(check, {
          subject,
          tally: new Tally(),
          seed,
          depth: 1,
          budgetMs: SHRINK_MS,
          maxFound: 1,
          signal,
        }),
      );
    const broken = found.flatMap((each) => each.counterexamples);
    const right = broken.find((each) => each.requirement === mutant.requirement);
    if (right) return result("killed", right.requirement, right.steps.length);
    if (broken[0])
      return result("killed for another requirement", broken[0].requirement, broken[0].steps.length);
    const odd = found.find((each) => each.status !== "passed");
    return odd
      ? result("error", `${odd.id}: ${odd.reason?.split("\n")[0]}`)
      : result("survived", "nothing was found");
  } finally {
    await server.close();
  }
}
