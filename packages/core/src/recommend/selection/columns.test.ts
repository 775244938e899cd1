import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowCosine } from "../metrics/diversity";
import { innerProducts } from "./inner-products";
import { NumberTable } from "./number-table";
import { PlaceHeap } from "./place-heap";
import { likest } from "./reason";
import { Scratch, withScratch } from "./scratch";

describe("a number table", () => {
  const key = fc.oneof(fc.nat(20), fc.integer({ min: 2 ** 31 - 5, max: 2 ** 31 - 1 }), fc.nat(2 ** 31 - 1));
  it("holds what a map holds, however many keys were expected", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ key, value: fc.nat(2 ** 31 - 1) }), { maxLength: 300, size: "max" }),
        fc.nat(50),
        fc.boolean(),
        fc.array(key),
        (pairs, expected, inScratch, others) => {
          const table = new NumberTable(expected, inScratch ? new Scratch() : undefined);
          const map = new Map<number, number>();
          for (const { key, value } of pairs) {
            expect(table.get(key)).toBe(map.get(key) ?? -1);
            table.set(key, value);
            map.set(key, value);
          }
          for (const each of [...map.keys(), ...others]) expect(table.get(each)).toBe(map.get(each) ?? -1);
        },
      ),
    );
  });
});

describe("inner products", () => {
  it("are the sums in the order of dimensions, bit for bit, in their places alone", () => {
    const real = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(real, { minLength: 9 * 12, maxLength: 9 * 12 }),
        fc.array(fc.nat(11), { maxLength: 12 }),
        fc.nat(12),
        fc.nat(12),
        (dimensions, numbers, rows, one, other) => {
          const vectors = Float32Array.from(numbers);
          const from = Math.min(one, rows.length);
          const to = Math.max(from, Math.min(other, rows.length));
          const into = new Float64Array(rows.length).fill(7);
          innerProducts(vectors, dimensions, Int32Array.from(rows), from, to, vectors, dimensions, into);
          const expected = rows.map((row, i) => {
            if (i < from || i >= to) return 7;
            let sum = 0;
            for (let c = 0; c < dimensions; c++)
              sum += vectors[row * dimensions + c]! * vectors[dimensions + c]!;
            return sum;
          });
          expect([...into]).toEqual(expected);
        },
      ),
    );
  });
});

describe("the likest of a history", () => {
  it("are those of the highest cosines, equal ones by id", () => {
    const vector = fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(
        fc.array(vector, { minLength: 1, maxLength: 12 }),
        fc.nat(),
        fc.nat(6),
        (vectors, at, count) => {
          const ids = vectors.map((_, row) => `t${(row * 5) % 13}`);
          const space = { ids, dimensions: 2, vectors: Float32Array.from(vectors.flat()) };
          const row = at % vectors.length;
          const history = vectors.map((_, own) => own).filter((own) => own !== row);
          const expected = history
            .map((own) => ({ track: ids[own]!, similarity: rowCosine(space, row, own) }))
            .sort((a, b) => b.similarity - a.similarity || (a.track < b.track ? -1 : 1));
          expect(likest(space, row, history, count).because).toEqual(expected.slice(0, count));
        },
      ),
    );
  });
});

describe("a heap of places", () => {
  it("gives them in order, also while the first one loses rank", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 40 }), fc.infiniteStream(fc.nat(3)), (given, losses) => {
        const ranks = [...given];
        const heap = new PlaceHeap(
          Int32Array.from(ranks, (_, place) => place),
          (a, b) => ranks[a]! > ranks[b]! || (ranks[a] === ranks[b] && a < b),
        );
        const left = new Set(ranks.keys());
        while (heap.size > 0) {
          const { first } = heap;
          expect(ranks[first]).toBe(Math.max(...[...left].map((place) => ranks[place]!)));
          if (losses.next().value === 0) {
            ranks[first]!--;
            heap.sink();
          } else {
            heap.drop();
            expect(left.delete(first)).toBe(true);
          }
        }
        expect(left.size).toBe(0);
      }),
    );
  });
});

describe("scratch", () => {
  it("gives arrays of zeros that do not overlap, before and after it grows and is used again", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.record({ whole: fc.boolean(), length: fc.nat(40) }))), (rounds) => {
        const scratch = new Scratch();
        for (const wanted of rounds) {
          const arrays = wanted.map(({ length, whole }, i) => {
            const array = whole ? scratch.int32(length) : scratch.float64(length);
            expect(array).toHaveLength(length);
            expect(array.every((value) => value === 0)).toBe(true);
            return array.fill(i + 1);
          });
          for (const [i, array] of arrays.entries())
            expect(array.every((value) => value === i + 1)).toBe(true);
          scratch.reset();
        }
      }),
    );
  });

  it("is another one for a call within a call, and comes back after an error", () => {
    withScratch((outer) => {
      expect(() =>
        withScratch((inner) => {
          expect(inner).not.toBe(outer);
          throw new Error("no");
        }),
      ).toThrow("no");
    });
    withScratch((first) => expect(first).toBeInstanceOf(Scratch));
  });
});
