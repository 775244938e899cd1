import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isoWeekOf, nextIsoWeek, startOfIsoWeek } from "./iso-week";

describe("an ISO week", () => {
  it.each([
    ["2026-11-24T12:00:00Z", "2026-W48"],
    ["1970-01-01T00:00:00Z", "1970-W01"],
    ["2020-12-31T23:59:59Z", "2020-W53"],
    ["2021-01-03T23:59:59Z", "2020-W53"],
    ["2021-01-04T00:00:00Z", "2021-W01"],
    ["2024-12-30T00:00:00Z", "2025-W01"],
  ])("of %s is %s", (moment, week) => {
    expect(isoWeekOf(Date.parse(moment))).toBe(week);
  });

  it("holds the moment it was made from, and begins on a Monday", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4 * 86_400_000, max: 253_402_300_799_999 - 7 * 86_400_000 }), (atMs) => {
        const start = startOfIsoWeek(isoWeekOf(atMs));
        expect(start).toBeLessThanOrEqual(atMs);
        expect(atMs - start).toBeLessThan(7 * 86_400_000);
        expect(new Date(start).getUTCDay()).toBe(1);
        expect(isoWeekOf(start)).toBe(isoWeekOf(atMs));
        expect(startOfIsoWeek(nextIsoWeek(atMs))).toBe(start + 7 * 86_400_000);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(["2021-W53", "2026-W00", "2026-W54", "2026-48", "W48", ""])("is not %j", (week) => {
    expect(() => startOfIsoWeek(week)).toThrow();
  });
});
