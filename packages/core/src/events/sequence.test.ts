import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addSeqs, MAX_SEQ_RANGES, missingSeqs, type SeqRanges } from "./sequence";

const seqs = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 });

describe("the sequence numbers of a stream", () => {
  it("are known exactly, in whatever order and however often they arrive", () => {
    fc.assert(
      fc.property(fc.array(seqs, { maxLength: 5 }), (batches) => {
        const ranges = batches.reduce<SeqRanges>(addSeqs, []);
        const arrived = new Set(batches.flat());
        const held = ranges.flatMap(([from, to]) =>
          Array.from({ length: to - from + 1 }, (_, i) => from + i),
        );
        expect(held).toEqual([...arrived].sort((a, b) => a - b));
        expect(missingSeqs(ranges)).toBe(Math.max(0, ...arrived) - arrived.size);
      }),
    );
  });

  it("take bounded space: beyond it the smallest gap is forgiven", () => {
    const odd = Array.from({ length: 1_000 }, (_, i) => 2 * i + 1);
    const ranges = addSeqs(addSeqs([], odd), [100_000]);
    expect(ranges).toHaveLength(MAX_SEQ_RANGES);
    expect(ranges.at(-1)).toEqual([100_000, 100_000]);
    expect(missingSeqs(ranges)).toBeGreaterThanOrEqual(100_000 - 2_000);
  });
});
