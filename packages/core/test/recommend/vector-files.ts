import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

// biome-ignore lint/suspicious/noExplicitAny: the shape of a case is the file's own
export type Case = any;

function casesOf(name: string): Case[] {
  const file = new URL(`../../../conformance/vectors/v1/recommend/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).cases;
}

/** Numbers as one flat list, so that a tolerance can be put on all of them. */
const flat = (value: unknown): number[] =>
  value === null ? [-999] : typeof value === "number" ? [value] : (value as unknown[]).flatMap(flat);

/** Whether numbers agree within `tolerance` of the longest. */
function near(actual: unknown, expected: unknown, tolerance: number): boolean {
  const [a, b] = [flat(actual), flat(expected)];
  const scale = Math.max(1, ...b.map(Math.abs));
  return a.length === b.length && a.every((value, i) => Math.abs(value - b[i]!) <= tolerance * scale);
}

/** Of each file: what core gives, what is expected, how near, and programs that are wrong in one place each. */
export interface VectorFile {
  readonly given: (each: Case) => unknown;
  readonly expected: (each: Case) => unknown;
  readonly tolerance: number;
  readonly wrong: Readonly<Record<string, (each: Case) => unknown>>;
}

/** Runs every case of the files, and shows that each wrong program is noticed. */
export function describeVectors(files: Readonly<Record<string, VectorFile>>): void {
  describe.each(Object.entries(files))("%s", (name, { given, expected, tolerance, wrong }) => {
    const cases = casesOf(name);
    test.each(cases.map((each) => [each.name, each]))("%s", (_, each) => {
      expect(
        near(given(each), expected(each), tolerance),
        JSON.stringify([given(each), expected(each)]),
      ).toBe(true);
    });
    test.each(Object.entries(wrong))("notice %s", (_, program) => {
      const noticed = cases.filter((each) => !near(program(each), expected(each), tolerance));
      expect(noticed.length).toBeGreaterThan(0);
    });
  });
}
