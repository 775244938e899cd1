import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decidePrefetch, NEXT_AT, NEXT_NEXT_AT, openLatch, SAFE_AHEAD_MS } from "./policy";

describe("the prefetch policy", () => {
  const facts = fc.record({
    frame: fc.nat(1000),
    totalFrames: fc.constant(1000),
    currentComplete: fc.boolean(),
    aheadMs: fc.nat(60_000),
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
