import fc from "fast-check";
import { expect, test } from "vitest";
import { selectSmallest } from "./select";

test("selection puts the smaller keys first and keeps each value with its key", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(0, 1, 2), fc.float({ noNaN: true })), {
        minLength: 1,
        maxLength: 300,
      }),
      fc.nat(299),
      fc.nat(20),
      (numbers, middle, offset) => {
        fc.pre(middle < numbers.length);
        const keys = Float32Array.from([...Array(offset).fill(9), ...numbers]);
        const values = Uint32Array.from(keys, (_, at) => at);
        const original = keys.slice();
        selectSmallest(keys, values, offset, keys.length, offset + middle);
        const first = [...keys.subarray(offset, offset + middle)];
        const rest = [...keys.subarray(offset + middle)];
        expect(Math.max(...first)).toBeLessThanOrEqual(Math.min(...rest));
        expect([...values].map((at) => original[at])).toEqual([...keys]);
        expect([...values.subarray(0, offset)]).toEqual([...Array(offset).keys()]);
      },
    ),
  );
});

test("selection survives inputs that defeat the median of three", () => {
  const count = 20_000;
  const keys = Float32Array.from({ length: count }, (_, i) => (i % 2 === 0 ? i : count - i));
  const values = Uint32Array.from(keys, (_, at) => at);
  selectSmallest(keys, values, 0, count, 7);
  expect([...keys.subarray(0, 7)].sort((a, b) => a - b)).toEqual([...keys].sort((a, b) => a - b).slice(0, 7));
});
