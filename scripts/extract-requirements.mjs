/**
 * Extracts the requirements of docs/spec into packages/conformance/requirements/v1alpha1.json.
 * `--check` fails when the file is not current.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
export const SPEC = join(ROOT, "docs/spec");
export const TARGET = join(ROOT, "packages/conformance/requirements/v1alpha1.json");

const LINE = /^- (.+?)\s*\{#([A-Z]+-\d{3,})\}$/;
const KEYWORD = /\b(?:MUST NOT|MUST|SHOULD NOT|SHOULD|MAY)\b/g;

/** What is wrong with a requirement's sentence; an empty list when nothing is. */
function faultsOf(id, sentence) {
  const keywords = sentence.match(KEYWORD) ?? [];
  const faults = [];
  if (keywords.length !== 1) faults.push(`${id}: ${keywords.length} key words instead of one`);
  if (!/[.]$/.test(sentence)) faults.push(`${id}: does not end with a period`);
  if (/[.!?] [A-Z]/.test(sentence)) faults.push(`${id}: more than one sentence`);
  return faults;
}

/** Requirements and faults of one page. */
export function requirementsOf(page, text) {
  const requirements = [];
  const faults = [];
  let section = "";
  const draft = /^# .*\(draft\)/m.test(text);
  for (const line of text.split("\n")) {
    section = /^## .*\{#([a-z0-9-]+)\}$/.exec(line)?.[1] ?? section;
    const match = LINE.exec(line);
    if (match) {
      const [, sentence, id] = match;
      faults.push(...faultsOf(id, sentence));
      requirements.push({
        id,
        level: sentence.match(KEYWORD)?.[0] ?? null,
        draft,
        page,
        section,
        text: sentence,
      });
    } else if (page !== "README.md" && (line.match(KEYWORD) ?? []).length > 0) {
      faults.push(`${page}: a key word outside a requirement: ${line}`);
    }
  }
  return { requirements, faults };
}

/** Every requirement of the specification, and what is wrong with them. */
export function extract(folder = SPEC) {
  const pages = readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .sort();
  const parts = pages.map((page) => requirementsOf(page, readFileSync(join(folder, page), "utf8")));
  const requirements = parts.flatMap((part) => part.requirements);
  const faults = parts.flatMap((part) => part.faults);
  const seen = new Set();
  for (const { id } of requirements) {
    if (seen.has(id)) faults.push(`${id}: used twice`);
    seen.add(id);
  }
  return { requirements, faults };
}

/** The file's content for `requirements`. */
export function render(requirements) {
  return `${JSON.stringify({ version: "v1alpha1", requirements }, null, 2)}\n`;
}

function main(args) {
  const { requirements, faults } = extract();
  for (const fault of faults) console.error(fault);
  const content = render(requirements);
  if (args.includes("--check")) {
    if (readFileSync(TARGET, "utf8") !== content) faults.push("not current");
  } else {
    mkdirSync(dirname(TARGET), { recursive: true });
    writeFileSync(TARGET, content);
    console.log(`${requirements.length} requirements in ${relative(ROOT, TARGET)}`);
  }
  if (faults.length > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv.slice(2));
