import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fetchAhead } from "./ahead";

const item = fc.record({ complete: fc.boolean(), failed: fc.boolean() });
const MISSING = { complete: false, failed: false };
const COMPLETE = { complete: true, failed: false };

describe("fetching ahead", () => {
  test("current goes before the next head, that before the next body, that before the one after", () => {
    expect(fetchAhead([MISSING, MISSING, MISSING], 2_999)).toEqual(["all", "none", "none"]);
    expect(fetchAhead([MISSING, MISSING, MISSING], 3_000)).toEqual(["all", "head", "none"]);
    expect(fetchAhead([COMPLETE, MISSING, MISSING], 0)).toEqual(["all", "all", "none"]);
    expect(fetchAhead([COMPLETE, COMPLETE, MISSING, MISSING], 0)).toEqual(["all", "all", "all", "none"]);
  });
  test("no item but the next one's head goes before an earlier item is whole, and none beyond the third", () =>
    fc.assert(
      fc.property(fc.array(item, { maxLength: 6 }), fc.nat(6_000), (timeline, bufferedMs) => {
        const ahead = fetchAhead(timeline, bufferedMs);
        expect(ahead.length).toBe(timeline.length);
        for (const [index, { failed }] of timeline.entries()) {
          expect(ahead[index] === null).toBe(failed);
          if (failed) continue;
          const free = timeline.slice(0, index).every((before) => before.complete || before.failed);
          expect(ahead[index] === "all").toBe(free && index < 3);
          expect(ahead[index] === "head").toBe(!free && index === 1 && bufferedMs >= 3_000);
        }
      }),
    ));
});
