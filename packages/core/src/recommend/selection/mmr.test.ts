import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unitSpace } from "../neighbors/unit-space";
import { type Candidate, type MmrOptions, maximalMarginalRelevance } from "./mmr";

/** The definition, word by word: every candidate scored anew in every round. */
function plainly(candidates: readonly Candidate[], options: Required<MmrOptions>): number[] {
  const { caps, dimensions, ids, lambda, vectors } = options;
  const chosen: Candidate[] = [];
  const cosine = (a: number, b: number) => {
    let sum = 0;
    for (let c = 0; c < dimensions; c++) sum += vectors[a * dimensions + c]! * vectors[b * dimensions + c]!;
    return sum;
  };
  while (chosen.length < options.count) {
    const open = candidates.filter(
      (each) =>
        !chosen.includes(each) &&
        caps.every(
          ({ groupOf, most }) =>
            chosen.filter((other) => groupOf[other.row] === groupOf[each.row]).length < most,
        ),
    );
    const scored = open.map((each) => {
      const nearest = chosen.reduce((most, other) => Math.max(most, cosine(each.row, other.row)), -Infinity);
      return { each, score: chosen.length === 0 ? each.value : lambda * each.value - (1 - lambda) * nearest };
    });
    scored.sort((a, b) => b.score - a.score || (ids[a.each.row]! < ids[b.each.row]! ? -1 : 1));
    if (!scored[0]) break;
    chosen.push(scored[0].each);
  }
  return chosen.map(({ row }) => row);
}

const DIMENSIONS = 3;
const world = fc
  .array(
    fc.record({
      value: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -3, max: 3, noNaN: true })),
      vector: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: DIMENSIONS, maxLength: DIMENSIONS }),
      artist: fc.nat(4),
    }),
    { maxLength: 25 },
  )
  .map((rows) => {
    const ids = rows.map((_, row) => `t${(row * 7) % 31}_${row}`);
    const vectors = Float32Array.from(rows.flatMap(({ vector }) => vector));
    return {
      ids,
      candidates: rows.map(({ value }, row) => ({ row, value })),
      vectors: unitSpace({ ids, dimensions: DIMENSIONS, vectors }).vectors,
      artists: Int32Array.from(rows, ({ artist }) => artist),
    };
  });

describe("maximal marginal relevance", () => {
  it("chooses what its definition chooses, in that order", () => {
    fc.assert(
      fc.property(
        world,
        fc.nat(20),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 3 }),
        ({ artists, candidates, ids, vectors }, count, lambda, most) => {
          const options = {
            count,
            lambda,
            ids,
            vectors,
            dimensions: DIMENSIONS,
            caps: [{ groupOf: artists, most }],
          };
          const chosen = maximalMarginalRelevance(candidates, options).map(({ row }) => row);
          expect(chosen).toEqual(plainly(candidates, options));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("with λ = 1 is the list of highest values", () => {
    fc.assert(
      fc.property(world, ({ candidates, ids, vectors }) => {
        const options = { count: 10, lambda: 1, ids, vectors, dimensions: DIMENSIONS };
        const best = [...candidates].sort(
          (a, b) => b.value - a.value || (ids[a.row]! < ids[b.row]! ? -1 : 1),
        );
        expect(maximalMarginalRelevance(candidates, options)).toEqual(best.slice(0, 10));
      }),
    );
  });

  it("refuses values that are no numbers", () => {
    const options = { count: 1, ids: ["a"], vectors: new Float32Array(3), dimensions: 3 };
    expect(() => maximalMarginalRelevance([{ row: 0, value: Number.NaN }], options)).toThrow(/value of a/);
  });
});
