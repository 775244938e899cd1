import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
// @ts-expect-error a script without types
import { extract, render, requirementsOf, SPEC, TARGET } from "./extract-requirements.mjs";

const { requirements, faults } = extract() as {
  requirements: { id: string; page: string; level: string }[];
  faults: string[];
};

describe("the specification", () => {
  it("has unique ids, and one key word in each requirement", () => {
    expect(faults).toEqual([]);
    expect(requirements.length).toBeGreaterThan(150);
  });

  it("is what packages/conformance/requirements holds", () => {
    expect(readFileSync(TARGET, "utf8")).toBe(render(requirements));
  });

  it("uses the prefix of its page for every id", () => {
    const readme = readFileSync(join(SPEC, "README.md"), "utf8");
    for (const { id, page } of requirements) {
      const row = readme.split("\n").find((line) => line.includes(`](${page})`));
      expect(row, page).toContain(`| ${id.split("-")[0]} |`);
    }
  });

  it("tells a sentence with two key words, none, or a key word outside a requirement", () => {
    const text = ["- A MUST b and MAY c. {#X-001}", "- A does b. {#X-002}", "A server MUST hide."].join("\n");
    expect(requirementsOf("x.md", text).faults).toHaveLength(3);
  });
});
