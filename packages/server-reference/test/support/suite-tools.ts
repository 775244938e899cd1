/** What the shipped suites need, as this repository's runner has it. */
import { describe, expect, test } from "vitest";
import type { SuiteTools } from "../../src/testing/suite-tools";

export const TOOLS: SuiteTools = {
  describe,
  test,
  equal: (actual, expected) => expect(actual).toEqual(expected),
};
