import fc from "fast-check";
import { expect, test } from "vitest";
import { randomStream, seedOf, shuffle } from "../../src/recommend/random";

test("the same seed gives the same numbers, another seed others", () => {
  const take = (seed: number) =>
    Array.from(
      { length: 8 },
      (
        (s) => () =>
          s.uint32()
      )(randomStream(seed)),
    );
  expect(take(42)).toEqual(take(42));
  expect(take(42)).toEqual(take(42 + 2 ** 32));
  expect(take(42)).not.toEqual(take(43));
});

test("numbers stay in their bounds and spread over them", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 32 }), fc.integer(), (bound, seed) => {
      const random = randomStream(seed);
      for (let i = 0; i < 20; i++) {
        expect(random.below(bound)).toBeLessThan(bound);
        const unit = random.unit();
        expect(unit >= 0 && unit < 1).toBe(true);
      }
    }),
  );
  const random = randomStream(1);
  const counts = new Array(7).fill(0);
  for (let i = 0; i < 70_000; i++) counts[random.below(7)]++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});

test("gaussian numbers have mean 0 and standard deviation 1", () => {
  const random = randomStream(3);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < 50_000; i++) {
    const value = random.gaussian();
    sum += value;
    squares += value * value;
  }
  expect(Math.abs(sum / 50_000)).toBeLessThan(0.02);
  expect(Math.abs(squares / 50_000 - 1)).toBeLessThan(0.03);
});

test("a shuffle keeps what it orders", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (values, seed) => {
      const ordered = (list: number[]) => [...list].sort((a, b) => a - b);
      expect(ordered(shuffle([...values], randomStream(seed)))).toEqual(ordered(values));
    }),
  );
});

test("a seed depends on where its parts end", () => {
  expect(seedOf("ab", "c")).not.toBe(seedOf("a", "bc"));
  expect(seedOf("user", "2026-W48", 3)).toBe(seedOf("user", "2026-W48", 3));
});
