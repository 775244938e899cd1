/** `npm test`: every test, from a fresh clone; ends with the line "N passed, N failed". */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureSystemPackages } from "./system-packages.mjs";
import { bin, ensureBuilt, ensureInstalled, run } from "./workspace.mjs";

const filters = process.argv.slice(2);
if (filters.includes("--help")) {
  console.log(`npm test [-- FILTER …]

Installs, builds, and runs the unit, property, integration and end-to-end tests whose path contains a FILTER.
Missing Chromium and ffmpeg are installed from Debian's packages where that is allowed; elsewhere a line
that begins with SKIPPED says what was left out.`);
  process.exit(0);
}

await ensureInstalled();
await ensureBuilt();
const programs = await ensureSystemPackages();
const folder = mkdtempSync(join(tmpdir(), "segue-test-"));
const total = { passed: 0, failed: 0, skipped: 0 };

for (const suite of ["unit", "e2e"]) {
  const report = join(folder, `${suite}.json`);
  const args = ["run", "--config", `vitest.${suite}.config.ts`, "--reporter=default", "--reporter=json"];
  const code = await run(
    bin("vitest"),
    [...args, `--outputFile=${report}`, "--passWithNoTests", ...filters],
    { env: programs },
  );
  let result = null;
  try {
    result = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    total.failed += 1;
    console.error(`The ${suite} tests ended without a report (exit code ${code}).`);
    continue;
  }
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests;
  total.skipped += result.numPendingTests + (result.numTodoTests ?? 0);
  // A file that does not load, or an error outside a test, fails the run though no test is counted for it.
  if (code !== 0 && result.numFailedTests === 0) total.failed += 1;
}
rmSync(folder, { recursive: true, force: true });

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
