/** The run as JUnit XML. */

import { requirement } from "../runner/requirements";
import type { RunResult } from "../runner/run";
import { shownSteps } from "./steps";

const escapeXml = (value: string) =>
  [...value]
    .filter((char) => char >= " " || char === "\n" || char === "\t")
    .join("")
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** One test case per check. */
export function junitXml(result: RunResult): string {
  const cases = result.checks.map((check) => {
    const [area, ...name] = check.id.split("/");
    const body = check.counterexamples.map((found) => {
      const steps = shownSteps(found).map(
        ({ request, expected, got }) =>
          `${request} → ${expected === null ? got : `expected ${expected}, got ${got}`}`,
      );
      const text = `${requirement(found.requirement).text}\n${steps.join("\n")}`;
      return `<failure type="${found.requirement}" message="${escapeXml(`${found.requirement}: expected ${found.expected}, got ${found.got}`)}">${escapeXml(text)}</failure>`;
    });
    if (check.status === "not tested") body.push(`<skipped message="${escapeXml(check.reason ?? "")}"/>`);
    if (check.status === "error")
      body.push(
        `<error message="${escapeXml((check.reason ?? "").split("\n")[0] ?? "")}">${escapeXml(check.reason ?? "")}</error>`,
      );
    return `  <testcase classname="${escapeXml(area ?? "")}" name="${escapeXml(`${name.join("/")}: ${check.title}`)}" time="${(check.durationMs / 1000).toFixed(3)}">${body.join("")}</testcase>`;
  });
  const count = (status: string) => result.checks.filter((check) => check.status === status).length;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="segue-conformance" tests="${result.checks.length}" failures="${count("failed")}" errors="${count("error")}" skipped="${count("not tested")}" time="${(result.durationMs / 1000).toFixed(3)}" timestamp="${result.startedAt}">
${cases.join("\n")}
</testsuite>
`;
}
