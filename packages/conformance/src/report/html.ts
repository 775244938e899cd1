/** The run as one page that needs nothing else. */

import { isMust, requirement } from "../runner/requirements";
import { coverageOf, distinctCounterexamples, type RequirementResult, type RunResult } from "../runner/run";
import type { CheckResult, Counterexample } from "../runner/run-check";
import { replayName } from "./replay-files";
import { preparationOf, shownSteps } from "./steps";

const html = (value: unknown) =>
  String(value ?? "").replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** A sentence of the specification, with its code set as code. */
const prose = (text: string) => html(text).replace(/`([^`]+)`/g, "<code>$1</code>");

const STYLE = `:root{color-scheme:light dark;--ink:#1c2024;--soft:#5b6670;--line:#dfe4e8;--card:#f6f8f9;--ok:#0b7a4b;--bad:#b3261e;--wait:#8a6100}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebed;--soft:#9aa5ae;--line:#2c343b;--card:#191e23;--ok:#6fd3a2;--bad:#ff9a90;--wait:#e6bd5c}body{background:#111518}}
*{box-sizing:border-box}body{font:15px/1.55 system-ui,sans-serif;color:var(--ink);max-width:1020px;margin:0 auto;padding:32px 20px 80px}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2.4em 0 .6em}p{margin:.3em 0}code,.mono{font:13px/1.5 ui-monospace,monospace}
.soft{color:var(--soft)}.ok{color:var(--ok)}.bad{color:var(--bad)}.wait{color:var(--wait)}
.figures{display:flex;flex-wrap:wrap;gap:12px;margin:20px 0}.figure{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 16px;min-width:130px}
.figure b{display:block;font-size:1.35rem}.bar{height:8px;border-radius:4px;background:var(--line);overflow:hidden;display:flex;margin:6px 0}
.bar i{display:block;background:var(--ok)}.bar i.broken{background:var(--bad)}
.found{border:1px solid var(--line);border-left:4px solid var(--bad);border-radius:8px;padding:14px 18px;margin:14px 0;background:var(--card)}
.found ol{margin:.6em 0;padding-left:1.6em}.found dl{margin:4px 0 0;display:grid;grid-template-columns:80px 1fr;gap:2px 10px}.found dt{color:var(--soft)}.found dd{margin:0;overflow-wrap:anywhere}
pre{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:8px 12px;white-space:pre-wrap;overflow-wrap:anywhere;margin:.5em 0}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:5px 12px 5px 0;vertical-align:top;border-top:1px solid var(--line)}th{color:var(--soft);font-weight:500}
summary{cursor:pointer}details{margin:.4em 0}`;

const WORD = { passed: "passed", failed: "broken", "not tested": "not tested", error: "error" } as const;
const CLASS = { passed: "ok", failed: "bad", "not tested": "wait", error: "bad" } as const;

function foundHtml(
  found: Counterexample,
  alsoIn: readonly string[],
  replay: (file: string) => string,
): string {
  const { text, page, level } = requirement(found.requirement);
  const before = preparationOf(found);
  const steps = shownSteps(found).map(({ request, expected, got }) =>
    expected === null
      ? `<li><code>${html(request)}</code> → ${html(got)}</li>`
      : `<li><code>${html(request)}</code><dl><dt>expected</dt><dd class="ok">${html(expected)}</dd><dt>got</dt><dd class="bad">${html(got)}</dd></dl></li>`,
  );
  const { of, broke } = found.confirmed;
  const flaky = broke < of ? ` · <span class="wait">seen in ${broke} of ${of} repetitions</span>` : "";
  return `<div class="found" id="${html(found.requirement)}"><p><b>${html(found.requirement)}</b> ${prose(text)}</p>
<p class="soft">${html(level)} · docs/spec/${html(page)} · check ${html(found.check)}${alsoIn.length > 0 ? `, also found by ${alsoIn.map(html).join(" and ")}` : ""}${flaky}</p>
${before === null ? "" : `<p class="soft">Before: ${html(before)}</p>`}<ol>${steps.join("")}</ol>
<pre>${html(replay(`counterexamples/${replayName(found)}`))}</pre></div>`;
}

function checkRow(check: CheckResult): string {
  const reason = check.reason ? `<div class="soft">${html(check.reason.split("\n")[0])}</div>` : "";
  return `<tr><td class="${CLASS[check.status]}">${WORD[check.status]}</td><td>${html(check.title)}<div class="soft mono">${html(check.id)}</div>${reason}</td><td>${check.executions}</td><td>${(check.durationMs / 1000).toFixed(1)} s</td></tr>`;
}

function requirementRow(each: RequirementResult): string {
  const mark = { kept: "ok", broken: "bad", "not judged": "wait" }[each.verdict];
  const about =
    each.verdict === "not judged"
      ? html(each.reason)
      : `${each.judged}× in ${each.checks.map(html).join(", ")}`;
  return `<tr><td class="mono">${html(each.id)}</td><td>${prose(each.text)}<div class="soft">${about}</div></td><td class="${mark}">${html(each.verdict)}</td></tr>`;
}

function pageHtml(page: string, requirements: readonly RequirementResult[]): string {
  const musts = requirements.filter(isMust);
  const kept = musts.filter((each) => each.verdict === "kept").length;
  const broken = musts.filter((each) => each.verdict === "broken").length;
  const share = (n: number) => `${((100 * n) / Math.max(1, musts.length)).toFixed(1)}%`;
  return `<details><summary><b>${html(page.replace(/\.md$/, ""))}</b> <span class="soft">${kept + broken} of ${musts.length} MUSTs exercised${broken > 0 ? `, <span class="bad">${broken} broken</span>` : ""}</span>
<div class="bar"><i style="width:${share(kept)}"></i><i class="broken" style="width:${share(broken)}"></i></div></summary>
<table>${requirements.map(requirementRow).join("")}</table></details>`;
}

/** The report of `result`; `replay` gives the command for a counterexample's file. */
export function reportHtml(result: RunResult, replay: (file: string) => string): string {
  const { server, checks, requirements } = result;
  const { judged, observable, broken } = coverageOf(requirements);
  const found = distinctCounterexamples(checks);
  const verdict = { conformant: "ok", "not conformant": "bad", inconclusive: "wait" }[result.verdict];
  const pages = [...new Set(requirements.map((each) => each.page))];
  const figure = (value: string | number, label: string, kind = "") =>
    `<div class="figure"><b class="${kind}">${html(value)}</b><span class="soft">${html(label)}</span></div>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>Segue conformance: ${html(result.verdict)}</title><style>${STYLE}</style></head><body>
<h1>Segue conformance: <span class="${verdict}">${html(result.verdict)}</span>${result.cancelled ? " (cancelled)" : ""}</h1>
<p class="soft">${html(server.name)} ${html(server.version)} at ${html(server.url)}, protocol ${html(server.protocolVersion)} · ${html(result.startedAt)} · seed ${result.seed}</p>
<div class="figures">${figure(`${judged} of ${observable}`, "MUSTs exercised that a wire can show")}${figure(broken, "MUSTs broken", broken > 0 ? "bad" : "ok")}${figure(checks.filter((check) => check.status === "passed").length, `of ${checks.length} checks passed`)}${figure(
    checks.reduce((sum, check) => sum + check.executions, 0),
    "executions",
  )}${figure(`${(result.durationMs / 1000).toFixed(0)} s`, "time")}</div>
${found.length > 0 ? `<h2>Counterexamples</h2>${found.map((each) => foundHtml(each.found, each.alsoIn, replay)).join("")}` : ""}
<h2>Checks</h2><table><tr><th></th><th>Check</th><th>Executions</th><th>Time</th></tr>${checks.map(checkRow).join("")}</table>
<h2>Requirements</h2><p class="soft">What a run has not exercised it says nothing about; the reason is with each.</p>
${pages
  .map((page) =>
    pageHtml(
      page,
      requirements.filter((each) => each.page === page),
    ),
  )
  .join("")}
</body></html>
`;
}
