import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Backoff, boundMs, waitMs } from "./backoff";

const backoff = fc.record<Backoff>({
  firstMs: fc.integer({ min: 1, max: 5_000 }),
  longestMs: fc.integer({ min: 5_000, max: 3_600_000 }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  asked: fc.constantFrom("added", "at_least"),
});
const failures = fc.integer({ min: 1, max: 2_000 });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const askedMs = fc.nat(100_000);

describe("backing off", () => {
  test("the bound begins where it is told, doubles with each failure, and stays at its cap", () =>
    fc.assert(
      fc.property(backoff, failures, (each, count) => {
        expect(boundMs(each, 1)).toBe(each.firstMs);
        expect(boundMs(each, count + 1)).toBe(Math.min(each.longestMs, 2 * boundMs(each, count)));
      }),
    ));
  test("a wait is what chance leaves of the bound, in whole milliseconds, and ends after what was asked for", () =>
    fc.assert(
      fc.property(backoff, failures, random, askedMs, (each, count, draw, asked) => {
        const bound = boundMs(each, count);
        const wait = waitMs(each, count, draw, asked);
        const own = each.asked === "added" ? wait - asked : wait;
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(asked);
        expect(own).toBeGreaterThanOrEqual(Math.floor(bound * (1 - each.jitter)));
        expect(own).toBeLessThanOrEqual(Math.max(bound, each.asked === "added" ? 0 : asked));
        if (asked === 0 && draw < 1 && each.jitter === 1) expect(wait).toBeLessThan(bound);
      }),
    ));
  test("without jitter it waits the whole bound, with all of it anything below", () => {
    const each: Backoff = { firstMs: 100, longestMs: 800, jitter: 0, asked: "added" };
    expect([1, 2, 3, 4, 5].map((count) => waitMs(each, count, 0.3))).toEqual([100, 200, 400, 800, 800]);
    const full = { ...each, jitter: 1 };
    expect([0, 0.5, 0.999].map((draw) => waitMs(full, 1, draw))).toEqual([0, 50, 99]);
    expect(waitMs({ ...each, jitter: 0.5 }, 1, 0)).toBe(50);
  });
  test("what the server asked for comes first, or counts as part of the wait", () => {
    const each: Backoff = { firstMs: 100, longestMs: 800, jitter: 0, asked: "added" };
    expect(waitMs(each, 1, 0, 70)).toBe(170);
    expect(waitMs({ ...each, asked: "at_least" }, 1, 0, 70)).toBe(100);
    expect(waitMs({ ...each, asked: "at_least" }, 1, 0, 700)).toBe(700);
  });
});
