/** `npm test`: every test, from a fresh clone; ends with the line "N passed, N failed". */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENGINES, ensureSystemPackages } from "./system-packages.mjs";
import { bin, ensureBuilt, ensureInstalled, run } from "./workspace.mjs";

const [first, ...others] = process.argv.slice(2);
const onEngines = first === "engines";
const filters = onEngines ? others : process.argv.slice(2);
if (filters.includes("--help")) {
  console.log(`npm test [-- FILTER …]
npm test -- engines [FILTER …]

Installs, builds, and runs the unit, property, integration and end-to-end tests whose path contains a FILTER; with
"engines" the tests that need an engine beside the server instead: PostgreSQL, which is started for them and stopped.
Missing Chromium, ffmpeg and engines are installed from Debian's packages where that is allowed; elsewhere a line
that begins with SKIPPED says what was left out.`);
  process.exit(0);
}

await ensureInstalled();
await ensureBuilt();
const programs = await ensureSystemPackages(onEngines ? ENGINES : undefined);
const folder = mkdtempSync(join(tmpdir(), "segue-test-"));
const total = { passed: 0, failed: 0, skipped: 0 };

/** Runs the tests of one configuration, and adds their counts. */
async function runSuite(name, config, env) {
  const report = join(folder, `${name}.json`);
  const args = ["run", "--config", config, "--reporter=default", "--reporter=json"];
  const code = await run(
    bin("vitest"),
    [...args, `--outputFile=${report}`, "--passWithNoTests", ...filters],
    { env },
  );
  let result = null;
  try {
    result = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    total.failed += 1;
    console.error(`The ${name} tests ended without a report (exit code ${code}).`);
    return;
  }
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests;
  total.skipped += result.numPendingTests + (result.numTodoTests ?? 0);
  // A file that does not load, or an error outside a test, fails the run though no test is counted for it.
  if (code !== 0 && result.numFailedTests === 0) total.failed += 1;
}

// One engine after the other: some take most of a small machine's memory.
if (onEngines)
  for (const engine of ENGINES) {
    const env = { ...programs, SEGUE_ENGINE: engine.name };
    if (programs[engine.env]) await runSuite(engine.name, "vitest.engines.config.ts", env);
    else total.skipped += 1;
  }
else for (const name of ["unit", "e2e"]) await runSuite(name, `vitest.${name}.config.ts`, programs);
rmSync(folder, { recursive: true, force: true });

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
// An engine that cannot be had was skipped in so many words; any other run without a test is a mistake.
const ran = total.passed > 0 || (onEngines && total.skipped > 0);
process.exitCode = total.failed > 0 || !ran ? 1 : 0;
