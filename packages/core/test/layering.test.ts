import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { findCycles, parseSource, readSources, resolveImport, type SourceFile } from "./imports";

const packages = fileURLToPath(new URL("../..", import.meta.url));
const core = readSources(`${packages}/core/src`);

/** A folder may import its own rung and those below. */
const RUNGS: readonly (readonly string[])[] = [
  ["ids", "units", "utf8", "backoff", "token-bucket", "errors"],
  ["catalog", "protection", "audio", "recommend"],
  ["queue", "prefetch", "license", "events", "connect"],
  ["playback"],
  ["gen"],
  ["wire"],
  ["testing", "index"],
];
/** The same inside `recommend`. */
const RECOMMEND_RUNGS: readonly (readonly string[])[] = [
  ["refuse"],
  ["item-space", "random", "top-items"],
  ["tracks"],
  ["kernels", "container"],
  ["neighbors", "audio-features", "text"],
  ["cf", "metrics"],
  ["taste", "selection", "clusters"],
  ["discover-weekly", "daily-mix", "radio", "similar"],
  ["index"],
];
/** The domain's own shapes of grants and manifests: types alone, below the rules that speak of them. */
const SHAPES = "playback/manifest";

function rungOf(path: string): number {
  if (path.replace(/\.ts$/, "") === SHAPES) return 1;
  const [first, second] = path.replace(/\.ts$/, "").split("/");
  const rung = rungAmong(RUNGS, first!, path);
  // Fractions order what stands on one rung.
  return first === "recommend" && second ? rung + rungAmong(RECOMMEND_RUNGS, second, path) / 100 : rung;
}

function rungAmong(rungs: readonly (readonly string[])[], name: string, path: string): number {
  const rung = rungs.findIndex((names) => names.includes(name));
  if (rung < 0) throw new Error(`${path} stands on no rung of the ladder`);
  return rung;
}

const inGen = (path: string) => path.startsWith("gen/") || path === "gen";

function ladderViolations(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => !inGen(file.path))
    .flatMap((file) =>
      file.imports
        .filter((name) => name.startsWith("."))
        .map((name) => resolveImport(file.path, name))
        .filter((target) => {
          if (inGen(target)) return !file.path.startsWith("wire/");
          if (target === "index") return true;
          return rungOf(target) > rungOf(file.path);
        })
        .map((target) => `${file.path} imports ${target}`),
    );
}

const OUTSIDE: readonly (readonly [RegExp, string])[] = [
  [/\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bperformance\s*\./, "the clock"],
  [/\bMath\s*\.\s*random\b|\bgetRandomValues\b|\brandomUUID\b/, "randomness"],
  [/(?<![.\w])(?:fetch|setTimeout|setInterval|queueMicrotask|require)\s*\(/, "the outside"],
  [/(?<![.\w])(?:process|globalThis|window|self|document|navigator|console|WebAssembly)\s*[.[]/, "a global"],
  [/(?<!=>\s*)\bglobalThis\b/, "a global"],
];

function outsideViolations(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => !inGen(file.path))
    .flatMap((file) => [
      ...OUTSIDE.filter(([pattern]) => pattern.test(file.code)).map(
        ([, name]) => `${file.path} uses ${name}`,
      ),
      ...freeCrypto(file),
      ...file.imports
        .filter((name) => !name.startsWith("."))
        .filter((name) => !allowedPackage(file.path, name))
        .map((name) => `${file.path} imports ${name}`),
    ]);
}

/** `crypto.` where no parameter of that name is declared in the file. */
function freeCrypto(file: SourceFile): string[] {
  const used = /(?<![.\w])crypto\s*\./.test(file.code);
  return used && !/\bcrypto\s*:\s*CryptoPort\b/.test(file.code)
    ? [`${file.path} uses the global crypto`]
    : [];
}

function allowedPackage(path: string, name: string): boolean {
  if (path.startsWith("testing/")) return name === "fast-check";
  return path.startsWith("wire/") && name.startsWith("@protobuf-ts/runtime");
}

describe("core", () => {
  test("has sources to look at", () => expect(core.length).toBeGreaterThan(20));
  test("has no import cycle", () => expect(findCycles(core)).toEqual([]));
  test("imports down the ladder only, and gen from wire alone", () =>
    expect(ladderViolations(core)).toEqual([]));
  test("names nothing of the outside world", () => expect(outsideViolations(core)).toEqual([]));
});

for (const name of ["client-sdk", "server-reference", "conformance"]) {
  const root = `${packages}/${name}/src`;
  describe.skipIf(!existsSync(root))(name, () => {
    const files = existsSync(root) ? readSources(root) : [];
    test("has no import cycle", () => expect(findCycles(files)).toEqual([]));
    test("imports its peers not at all and core by its public entries", () => {
      const peers = ["client-sdk", "server-reference"].filter((peer) => peer !== name);
      const wrong = files.flatMap((file) =>
        file.imports
          .filter(
            (target) =>
              (name !== "conformance" && peers.some((peer) => target.startsWith(`@segue/${peer}`))) ||
              /^@segue\/core\/(?!wire$|testing$|recommend$)/.test(target) ||
              target === `@segue/${name}` ||
              (target.startsWith(".") && /^\.\.(?!\/mutants\/)/.test(resolveImport(file.path, target))),
          )
          .map((target) => `${file.path} imports ${target}`),
      );
      expect(wrong).toEqual([]);
    });
  });
}

describe("conformance", () => {
  const root = `${packages}/conformance/src`;
  const files = readSources(root);
  const importing = (name: RegExp) =>
    files.filter((file) => file.imports.some((target) => name.test(target))).map((file) => file.path);
  test("shares no rule with what it judges: codecs alone from core", () =>
    expect(importing(/^@segue\/core(?!\/wire$)/)).toEqual([]));
  test("starts our server from subjects alone, and never meets our client", () => {
    expect(importing(/^@segue\/server-reference/).filter((path) => !path.startsWith("subjects/"))).toEqual(
      [],
    );
    expect(importing(/^@segue\/client-sdk/)).toEqual([]);
  });
});

/** Imports among `files` as if every folder of modules were one file. */
function areasOf(files: readonly SourceFile[]): SourceFile[] {
  const areas = new Map<string, string[]>();
  for (const { path, imports } of files) {
    const area = /^modules\/\w+(?=\/)/.exec(path)?.[0];
    if (area === undefined) continue;
    const targets = imports
      .filter((name) => name.startsWith("."))
      .map((name) => /^modules\/\w+(?=\/)/.exec(resolveImport(path, name))?.[0])
      .filter((target) => target !== undefined && target !== area)
      .map((target) => `../${target}`);
    areas.set(area, [...(areas.get(area) ?? []), ...targets]);
  }
  return [...areas].map(([area, imports]) => ({ path: `${area}.ts`, code: "", imports }));
}

/** What a module must not know: who composes it, and what stands above. */
const ABOVE = /^(?:app|server|config|index|modules\/(?:all|stores)|(?:cli|demo|ingest)(?:\/.*)?)$/;

describe("server modules", () => {
  const files = readSources(`${packages}/server-reference/src`);
  test("form no circle of folders", () => expect(findCycles(areasOf(files))).toEqual([]));
  test("know neither their list nor what is above it", () => {
    const wrong = files
      .filter(({ path }) => /^modules\/\w+\//.test(path))
      .flatMap(({ path, imports }) =>
        imports
          .filter((name) => name.startsWith(".") && ABOVE.test(resolveImport(path, name)))
          .map((name) => `${path} imports ${name}`),
      );
    expect(wrong).toEqual([]);
  });
});

describe("the layering rules notice", () => {
  const file = (path: string, text: string) => parseSource(path, text);
  test.each([
    ["audio/x.ts", 'import { a } from "../queue/queue";'],
    ["queue/x.ts", 'export * from "../playback/step";'],
    ["license/x.ts", 'import type { X } from "../gen/proto/x";'],
    ["audio/x.ts", 'import { X } from "../index";'],
    ["recommend/kernels/x.ts", 'import { X } from "../cf/ials";'],
    ["recommend/cf/x.ts", 'import { X } from "../../queue/queue";'],
  ])("a wrong direction in %s", (path, text) => expect(ladderViolations([file(path, text)])).toHaveLength(1));
  test("a circle of two areas whose files form none", () => {
    const areas = areasOf([
      file("modules/a/x.ts", 'import "../b/y";'),
      file("modules/b/z.ts", 'import "../a/w";'),
    ]);
    expect(findCycles(areas)).toHaveLength(1);
  });
  test.each([
    "const now = Date.now();",
    "const x = Math.random();",
    "await fetch(url);",
    "setTimeout(f, 1);",
    "process.exit(1);",
    "const s = crypto.subtle;",
    "const g = globalThis;",
    'import { readFileSync } from "node:fs";',
    'const m = await import("node:crypto");',
  ])("%s", (text) => expect(outsideViolations([file("audio/x.ts", text)])).not.toEqual([]));
  test("a cycle, but not a comment that names one", () => {
    const a = file("a.ts", 'import "./b";');
    expect(findCycles([a, file("b.ts", 'import type { A } from "./a";')])).toHaveLength(1);
    expect(findCycles([a, file("b.ts", '// import "./a";')])).toEqual([]);
  });
});
