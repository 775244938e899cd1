import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FIRST_RANGE_BYTES, firstRangeBytes, nextFetch, nextRange, RANGE_ALIGN_BYTES } from "./plan";
import { decidePrefetch, NEXT_AT, NEXT_NEXT_AT, openLatch, SAFE_AHEAD_MS } from "./policy";
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

describe("the fetch plan", () => {
  test("covers an item to its end with whole segments, growing, and asks for no byte twice", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8_000_000 }),
        fc.constantFrom(24_000, 96_000, 320_000),
        fc.nat(8_000_000),
        (byteLength, bitrateBps, at) => {
          const from = at % byteLength;
          let held: RangeSet = [];
          let requests = 0;
          for (;;) {
            const next = nextRange({ byteLength, bitrateBps, held, from, requests });
            if (!next) break;
            expect(next.start % RANGE_ALIGN_BYTES).toBe(0);
            expect(next.end % RANGE_ALIGN_BYTES === 0 || next.end === byteLength).toBe(true);
            expect(next.end).toBeGreaterThan(next.start);
            expect(missingRanges(held, next)).toEqual([next]);
            held = addRange(held, next);
            requests++;
            expect(requests).toBeLessThan(500);
          }
          expect(missingRanges(held, { start: from, end: byteLength })).toEqual([]);
        },
      ),
      { numRuns: 50 },
    ));
  test("the first range is about 2 s and at most 128 KiB", () => {
    expect(firstRangeBytes(96_000)).toBe(2 * RANGE_ALIGN_BYTES);
    expect(firstRangeBytes(10_000_000)).toBe(FIRST_RANGE_BYTES);
  });
  test("current goes before the next head, that before the next body, that before the one after", () => {
    const item = { byteLength: 1_000_000, bitrateBps: 96_000, held: [], from: 0, requests: 0 };
    const all = (["next_next", "next_body", "next_head", "current"] as const).map((role) => ({
      key: role,
      role,
      item,
    }));
    for (let n = 4; n > 0; n--) expect(nextFetch(all.slice(0, n))?.key).toBe(all[n - 1]!.role);
    const full = { ...item, held: [{ start: 0, end: 1_000_000 }] };
    expect(nextFetch([{ key: "current", role: "current", item: full }])).toBeNull();
  });
});

describe("the prefetch policy", () => {
  const facts = fc.record({
    frame: fc.nat(1000),
    totalFrames: fc.constant(1000),
    currentComplete: fc.boolean(),
    aheadMs: fc.nat(60_000),
    hasNext: fc.boolean(),
    hasNextNext: fc.boolean(),
  });
  test("fires each at most once in a pass, never early, never while the current track is unsafe", () =>
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 40 }), (steps) => {
        let latch = openLatch("a");
        const fired = { next: 0, nextNext: 0 };
        for (const step of steps) {
          const decision = decidePrefetch(latch, { passId: "a", ...step });
          latch = decision.latch;
          if (decision.next || decision.nextNext)
            expect(step.currentComplete || step.aheadMs >= SAFE_AHEAD_MS).toBe(true);
          if (decision.next) {
            fired.next++;
            expect(step.hasNext).toBe(true);
            expect(step.frame >= NEXT_AT * 1000).toBe(true);
          }
          if (decision.nextNext) {
            fired.nextNext++;
            expect(fired.next).toBe(1);
            expect(step.frame >= NEXT_NEXT_AT * 1000).toBe(true);
          }
        }
        expect(fired.next).toBeLessThanOrEqual(1);
        expect(fired.nextNext).toBeLessThanOrEqual(1);
      }),
    ));
  test("a seek back does not fire again; another pass does", () => {
    const at = (passId: string, frame: number) => ({
      passId,
      frame,
      totalFrames: 1000,
      currentComplete: true,
      aheadMs: 0,
    });
    const first = decidePrefetch(openLatch("a"), at("a", 750));
    expect(first).toMatchObject({ next: true, nextNext: false });
    const back = decidePrefetch(first.latch, at("a", 0));
    expect(decidePrefetch(back.latch, at("a", 800)).next).toBe(false);
    expect(decidePrefetch(back.latch, at("b", 800)).next).toBe(true);
  });
});
