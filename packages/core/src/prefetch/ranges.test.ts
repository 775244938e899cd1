import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addRange, byteCount, missingRanges, type RangeSet, subtractRange } from "./ranges";

const range = fc.tuple(fc.nat(200), fc.nat(60)).map(([start, length]) => ({ start, end: start + length }));
const edit = fc.record({ add: fc.boolean(), range });

describe("range sets", () => {
  test("agree with a set of single bytes", () =>
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 12 }), range, (edits, asked) => {
        const model = new Set<number>();
        let set: RangeSet = [];
        for (const { add, range: r } of edits) {
          set = add ? addRange(set, r) : subtractRange(set, r);
          for (let b = r.start; b < r.end; b++) add ? model.add(b) : model.delete(b);
        }
        expect(byteCount(set)).toBe(model.size);
        for (let i = 1; i < set.length; i++) expect(set[i]!.start).toBeGreaterThan(set[i - 1]!.end);
        const missing = missingRanges(set, asked).flatMap((r) =>
          Array.from({ length: r.end - r.start }, (_, i) => r.start + i),
        );
        const expected = Array.from({ length: asked.end - asked.start }, (_, i) => asked.start + i).filter(
          (b) => !model.has(b),
        );
        expect(missing).toEqual(expected);
      }),
    ));
});
