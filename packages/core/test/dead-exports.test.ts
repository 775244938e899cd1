import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { deadExports, type ProductionFile } from "./dead-exports";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Where a rule of core is at work. Tests and test kits prove rules; they are no reason to have one. */
const PRODUCTION = [
  "packages/core/src",
  "packages/client-sdk/src",
  "packages/server-reference/src",
  "packages/conformance/src",
  "packages/conformance/mutants",
  "examples",
  "bench",
  "eval",
  "soak",
  "tools",
];
const NOT_PRODUCTION = ["node_modules", "dist", "test", "testing", "gen"];
const PACKAGES = new Map(
  Object.entries({
    "@segue/core": "packages/core/src/index.ts",
    "@segue/core/wire": "packages/core/src/wire/index.ts",
    "@segue/core/recommend": "packages/core/src/recommend/index.ts",
    "@segue/client-sdk": "packages/client-sdk/src/index.ts",
    "@segue/client-sdk/web": "packages/client-sdk/src/web/index.ts",
    "@segue/client-sdk/node": "packages/client-sdk/src/node/index.ts",
  }),
);
const ENTRIES = ["packages/core/src/index.ts", "packages/core/src/wire/index.ts"];

/** Exports that nothing here needs and that somebody else does, with the reason. */
const FOR_OTHERS: Readonly<Record<string, string>> = {
  "resampledFrames (packages/core/src/audio/resample.ts)":
    "an engine of somebody's own knows how long its resampled sound is",
  "uuidV7Time (packages/core/src/events/uuid-v7.ts)": "support reads from an event's id when its play began",
};
function production(folder: string): readonly ProductionFile[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return NOT_PRODUCTION.includes(entry.name) ? [] : production(path);
    if (!/\.tsx?$/.test(entry.name) || /\.(test|d)\.tsx?$/.test(entry.name)) return [];
    return [{ path, text: readFileSync(join(root, path), "utf8") }];
  });
}

describe("core's public entries", () => {
  const files = PRODUCTION.flatMap(production);
  test("export nothing that no production reaches", () => {
    expect(files.length).toBeGreaterThan(300);
    const allowed = Object.keys(FOR_OTHERS);
    const dead = deadExports(files, ENTRIES, PACKAGES);
    expect(dead.filter((name) => !allowed.includes(name))).toEqual([]);
    // What came to life needs no excuse.
    expect(allowed.filter((name) => !dead.includes(name))).toEqual([]);
  });
  test("are looked at with all that the files of the repository import from them", () => {
    const planted = [
      { path: "packages/core/src/audio/planted.ts", text: "export const plantedRule = () => 1;" },
      { path: "packages/core/src/index.ts", text: 'export * from "./audio/planted";' },
    ];
    const others = files.filter((file) => file.path !== "packages/core/src/index.ts");
    const dead = deadExports([...others, ...planted], ENTRIES, PACKAGES);
    expect(dead).toContain("plantedRule (packages/core/src/audio/planted.ts)");
  });
});

describe("the search for dead exports", () => {
  const rule = {
    path: "core/rule.ts",
    text: "export interface Facts {}\nexport const rule = (facts: Facts) => facts;",
  };
  const index = { path: "core/index.ts", text: 'export * from "./rule";' };
  const dead = (...others: readonly (readonly [path: string, text: string])[]) =>
    deadExports(
      [rule, index, ...others.map(([path, text]) => ({ path, text }))],
      ["core/index.ts"],
      new Map([
        ["core", "core/index.ts"],
        ["client", "client/index.ts"],
      ]),
    );
  const ALL_DEAD = ["Facts (core/rule.ts)", "rule (core/rule.ts)"];

  test("names a planted one with its file", () => expect(dead()).toEqual(ALL_DEAD));
  test.each([
    ["an import", "app/a.ts", 'import { rule } from "core";'],
    ["an import under another name", "app/a.ts", 'import { rule as mine } from "core";'],
    ["a whole import that speaks it", "app/a.ts", 'import * as core from "core"; core.rule(1);'],
    ["an import by a rule beside it", "core/other.ts", 'import { rule } from "./rule";'],
  ])("takes %s for a use, also of the types that it speaks", (_, path, text) =>
    expect(dead([path, text])).toEqual([]),
  );
  test("follows a name through the entry of another package", () =>
    expect(
      dead(
        ["client/index.ts", 'export { rule as passed } from "core";'],
        ["app/a.ts", 'import { passed } from "client";'],
      ),
    ).toEqual([]));
  test.each([
    ["passing it on", "client/index.ts", 'export { rule } from "core";'],
    ["the same name of somebody else", "app/a.ts", 'import { rule } from "elsewhere"; rule();'],
    ["a comment", "app/a.ts", '// import { rule } from "core";'],
    ["a whole import that does not speak it", "app/a.ts", 'import * as core from "core"; core.other();'],
  ])("does not take %s for a use", (_, path, text) => expect(dead([path, text])).toEqual(ALL_DEAD));
  test("does not keep a rule for a use in its own file, nor a type's own rule for its type", () => {
    expect(dead(["core/rule2.ts", ""], ["app/a.ts", 'import type { Facts } from "core";'])).toEqual([
      "rule (core/rule.ts)",
    ]);
  });
  test("sees names that were taken out of an object", () =>
    expect(
      deadExports(
        [{ path: "index.ts", text: "export const { a, b: [c] } = { a: 1, b: [2] };" }],
        ["index.ts"],
        new Map(),
      ),
    ).toEqual(["a (index.ts)", "c (index.ts)"]));
});
