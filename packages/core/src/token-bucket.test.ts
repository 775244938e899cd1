import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fullBucket, takeTokens } from "./token-bucket";

const rate = { perSecond: 10, burst: 50 };
const asks = fc.array(fc.record({ afterMs: fc.nat(5_000), count: fc.integer({ min: 1, max: 50 }) }), {
  maxLength: 60,
});

describe("a token bucket", () => {
  test("never gives more than its burst and what has flowed in", () =>
    fc.assert(
      fc.property(asks, (made) => {
        let bucket = fullBucket(rate, 0);
        let [now, taken] = [0, 0];
        for (const { afterMs, count } of made) {
          now += afterMs;
          const answer = takeTokens(bucket, rate, count, now);
          bucket = answer.bucket;
          if (answer.waitMs === 0) taken += count;
          expect(taken).toBeLessThanOrEqual(rate.burst + (now / 1000) * rate.perSecond + 1e-6);
        }
      }),
    ));
  test("gives to whoever waits as long as it says, and not a moment earlier", () =>
    fc.assert(
      fc.property(asks, (made) => {
        let bucket = fullBucket(rate, 0);
        let now = 0;
        for (const { afterMs, count } of made) {
          now += afterMs;
          const answer = takeTokens(bucket, rate, count, now);
          bucket = answer.bucket;
          if (answer.waitMs === 0) continue;
          expect(takeTokens(bucket, rate, count, now + answer.waitMs + 1e-6).waitMs).toBe(0);
          expect(takeTokens(bucket, rate, count, now + answer.waitMs - 1 - 1e-6).waitMs).toBeGreaterThan(0);
        }
      }),
    ));
  test("loses nothing to a refusal", () => {
    let bucket = fullBucket(rate, 0);
    for (let i = 0; i < 5; i++) bucket = takeTokens(bucket, rate, 51, 0).bucket;
    expect(takeTokens(bucket, rate, 50, 0).waitMs).toBe(0);
    expect(takeTokens(takeTokens(bucket, rate, 50, 0).bucket, rate, 1, 0).waitMs).toBe(100);
  });
});
