import fc from "fast-check";
import { expect, test } from "vitest";
import { addSample, CLOCK_SAMPLES, clockEstimate, EMPTY_CLOCK_SYNC, useClock } from "./clock-sync";
import { positionAt, standAt } from "./position";
import type { Anchor } from "./types";

const anchor = (change: Partial<Anchor> = {}): Anchor => ({
  itemUid: "u",
  positionMs: 1_000,
  atServerUs: 5_000_000,
  rateMilli: 1_000,
  uncertaintyUs: 0,
  durationMs: 10_000,
  audible: true,
  ...change,
});

test("a position is the anchor's plus rate times the time since, within 0 and the duration", () => {
  expect(positionAt(anchor(), 7_500_000)).toBe(3_500);
  expect(positionAt(anchor({ rateMilli: 500 }), 7_000_000)).toBe(2_000);
  expect(positionAt(anchor({ rateMilli: 0 }), 9e9)).toBe(1_000);
  expect(positionAt(anchor(), 9e9)).toBe(10_000);
  expect(positionAt(anchor({ durationMs: 0 }), 65_000_000)).toBe(61_000);
  expect(positionAt(anchor(), 0)).toBe(0);
});

test("standing keeps where it stood", () => {
  fc.assert(
    fc.property(fc.nat(20_000_000), fc.nat(20_000_000), (at, later) => {
      const stood = standAt(anchor(), at);
      expect(positionAt(stood, at + later)).toBe(Math.round(positionAt(anchor(), at)));
    }),
  );
});

/** An exchange over a path that takes `there` and `back`, with a server clock `offset` ahead. */
const exchange = (sentUs: number, there: number, back: number, offset: number) => ({
  clientSentUs: sentUs,
  serverReceivedUs: sentUs + there + offset,
  serverSentUs: sentUs + there + offset + 50,
  clientReceivedUs: sentUs + there + 50 + back,
});

test("the clock is never further off than the uncertainty says, and the shortest way counts", () => {
  const delay = fc.nat(500_000);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(delay, delay), { minLength: 1, maxLength: 40 }),
      fc.nat(1e12),
      (ways, offset) => {
        let sync = useClock(EMPTY_CLOCK_SYNC, "a");
        ways.forEach(([there, back], i) => {
          sync = addSample(sync, exchange(i * 1_000_000, there, back, offset));
        });
        const estimate = clockEstimate(sync)!;
        expect(Math.abs(estimate.offsetUs - offset)).toBeLessThanOrEqual(estimate.uncertaintyUs);
        const last = ways.slice(-CLOCK_SAMPLES).map(([there, back]) => (there + back) / 2);
        expect(estimate.uncertaintyUs).toBe(Math.min(...last));
      },
    ),
  );
});

test("samples of another clock, and exchanges that cannot have happened, count for nothing", () => {
  const sync = addSample(useClock(EMPTY_CLOCK_SYNC, "a"), exchange(0, 10, 10, 0));
  expect(clockEstimate(useClock(sync, "b"))).toBeNull();
  expect(useClock(sync, "a")).toBe(sync);
  const impossible = { clientSentUs: 10, serverReceivedUs: 0, serverSentUs: 100, clientReceivedUs: 20 };
  expect(addSample(sync, impossible)).toBe(sync);
});
