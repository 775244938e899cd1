/** Counterexamples as files that can be replayed on any server. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Step } from "../runner/check";
import type { Counterexample } from "../runner/run-check";

/** What a replay needs: no ids of the server where it was found. */
export interface ReplayFile {
  readonly check: string;
  readonly requirement: string;
  readonly steps: readonly Step[];
  readonly seed: number;
}

/** Name of the file that holds `counterexample`. */
export const replayName = ({ requirement, check }: Pick<Counterexample, "requirement" | "check">): string =>
  `${requirement}-${check.replace(/\W+/g, "-")}.json`;

/** Writes one file per counterexample into `folder`. */
export function writeReplays(folder: string, counterexamples: readonly Counterexample[]): void {
  if (counterexamples.length === 0) return;
  mkdirSync(join(folder, "counterexamples"), { recursive: true });
  for (const { check, requirement, steps, seed, ...rest } of counterexamples) {
    const file: ReplayFile = { check, requirement, steps, seed };
    const path = join(folder, "counterexamples", replayName({ check, requirement }));
    writeFileSync(path, `${JSON.stringify({ ...file, expected: rest.expected, got: rest.got }, null, 2)}\n`);
  }
}

/** @throws Error with one line that says what is wrong */
export function readReplay(path: string): ReplayFile {
  let value: Partial<ReplayFile>;
  try {
    value = JSON.parse(readFileSync(path, "utf8")) as Partial<ReplayFile>;
  } catch (error) {
    throw new Error(`${path} cannot be read: ${(error as Error).message}`);
  }
  const { check, requirement, steps } = value;
  const known = Array.isArray(steps) && steps.every((step) => typeof step?.do === "string");
  if (typeof check !== "string" || typeof requirement !== "string" || !known)
    throw new Error(`${path} is no counterexample that this suite wrote.`);
  return { check, requirement, steps, seed: value.seed ?? 0 };
}
