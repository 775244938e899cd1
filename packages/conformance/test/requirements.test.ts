import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { MUTANTS } from "../mutants/index";
import { CHECKS } from "../src/checks/index";
import { STATUS_OF } from "../src/models/answers";
import { REQUIREMENTS } from "../src/runner/requirements";

const excluded = JSON.parse(
  readFileSync(new URL("../requirements/not-observable.json", import.meta.url), "utf8"),
) as Record<string, string>;

describe("checks", () => {
  test("have ids of their own", () =>
    expect(new Set(CHECKS.map((check) => check.id)).size).toBe(CHECKS.length));
  test.each(CHECKS.map((check) => [check.id, check] as const))(
    "%s judges requirements that there are",
    (_, check) => {
      expect(check.requirements.filter((id) => !REQUIREMENTS.has(id))).toEqual([]);
      expect(check.requirements.filter((id) => excluded[id] !== undefined)).toEqual([]);
    },
  );
});

describe("mutants", () => {
  test("are twenty or more, with ids of their own", () => {
    expect(MUTANTS.length).toBeGreaterThanOrEqual(20);
    expect(new Set(MUTANTS.map((mutant) => mutant.id)).size).toBe(MUTANTS.length);
  });
  test.each(MUTANTS.map((mutant) => [mutant.id, mutant] as const))(
    "%s breaks a requirement in one way",
    (_, mutant) => {
      expect(REQUIREMENTS.get(mutant.requirement)?.level).toMatch(/^MUST/);
      expect([mutant.tamper, mutant.replace].filter(Boolean)).toHaveLength(1);
    },
  );
});

test("what a wire cannot show is named by id, with a reason", () => {
  for (const [id, reason] of Object.entries(excluded)) {
    expect(REQUIREMENTS.has(id), id).toBe(true);
    expect(reason.length).toBeGreaterThan(10);
  }
});

test("the suite's error table is the specification's", () => {
  const page = readFileSync(new URL("../../../docs/spec/errors.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z_]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
    code,
    Number(status),
  ]);
  expect(Object.fromEntries(rows)).toEqual(STATUS_OF);
});
