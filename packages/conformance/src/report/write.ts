/** Writes the files of a run. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { distinctCounterexamples, type RunResult } from "../runner/run";
import { reportHtml } from "./html";
import { junitXml } from "./junit";
import { writeReplays } from "./replay-files";

/** Writes report.html, results.json, junit.xml and the counterexamples into `folder`. */
export function writeReport(folder: string, result: RunResult, replay: (file: string) => string): void {
  mkdirSync(folder, { recursive: true });
  writeReplays(
    folder,
    distinctCounterexamples(result.checks).map(({ found }) => found),
  );
  writeFileSync(join(folder, "results.json"), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(join(folder, "junit.xml"), junitXml(result));
  writeFileSync(join(folder, "report.html"), reportHtml(result, replay));
}
