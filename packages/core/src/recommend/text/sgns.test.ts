import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hostWasm } from "../../../test/recommend/wasm-host";
import { randomStream } from "../random";
import { aliasTable } from "./alias-table";
import { plainSgns, type SgnsChunk, startValues } from "./sgns";
import { kernelSgns } from "./sgns-kernel";

function randomChunk(seed: number, inputRows: number, outputRows: number): SgnsChunk {
  const random = randomStream(seed);
  const list = (bound: number, most: number) =>
    Array.from({ length: random.below(most + 1) }, () => random.below(bound));
  const bags = Array.from({ length: 1 + random.below(12) }, () => ({
    features: list(inputRows, 4),
    targets: list(outputRows, 6),
  }));
  const starts = (lists: number[][]) =>
    Uint32Array.from(
      [0, ...lists].map((_, i) => lists.slice(0, i).reduce((sum, { length }) => sum + length, 0)),
    );
  return {
    bags: bags.length,
    bagStarts: starts(bags.map(({ features }) => features)),
    features: Uint32Array.from(bags.flatMap(({ features }) => features)),
    targetStarts: starts(bags.map(({ targets }) => targets)),
    targets: Uint32Array.from(bags.flatMap(({ targets }) => targets)),
  };
}

describe("the two engines", () => {
  test("give the same bits", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom(16, 48, 64),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom(0.01, 0.5, 1),
        async (seed, inputRows, outputRows, dimensions, negatives, rate) => {
          const random = randomStream(seed);
          const counts = Array.from({ length: outputRows }, () => 1 + random.below(1000));
          const table = aliasTable(counts, 0.75);
          const shape = { inputRows, outputRows, dimensions, negatives };
          const engines = [plainSgns(shape, table), await kernelSgns(hostWasm, shape, table)];
          for (const engine of engines) {
            startValues(engine.inputs, 1, randomStream(seed));
            for (let i = 0; i < 4; i++)
              engine.train(randomChunk(seed + i, inputRows, outputRows), rate, seed + i);
          }
          expect(engines[1]!.inputs).toEqual(engines[0]!.inputs);
          expect(engines[1]!.outputs).toEqual(engines[0]!.outputs);
          expect(engines[0]!.inputs.every(Number.isFinite)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("take one step down the loss", () => {
    // −log σ(h · o): the gradient's direction is checked on one pair whose negatives are all itself.
    const engine = plainSgns(
      { inputRows: 1, outputRows: 1, dimensions: 16, negatives: 1 },
      aliasTable([1], 1),
    );
    engine.inputs.fill(0.5);
    engine.outputs.fill(-0.25);
    const one = Uint32Array.of(0, 1);
    const zero = Uint32Array.of(0);
    engine.train({ bags: 1, bagStarts: one, features: zero, targetStarts: one, targets: zero }, 0.1, 1);
    // h · o = −2, σ = 0.1192, c = 0.08808.
    expect(engine.outputs[3]).toBeCloseTo(-0.25 + 0.08808 * 0.5, 3);
    expect(engine.inputs[3]).toBeCloseTo(0.5 - 0.08808 * 0.25, 3);
  });

  test.each([
    { inputRows: 0 },
    { outputRows: 2 ** 31 },
    { dimensions: 24 },
    { dimensions: 0 },
    { negatives: 0 },
    { negatives: 1.5 },
  ])("refuse %j", async (change) => {
    const shape = { inputRows: 1, outputRows: 1, dimensions: 16, negatives: 1, ...change };
    expect(() => plainSgns(shape, aliasTable([1], 1))).toThrow(/not allowed/);
    await expect(kernelSgns(hostWasm, shape, aliasTable([1], 1))).rejects.toThrow(/not allowed/);
  });
});

describe("an alias table", () => {
  test("gives every row the chance of its weight", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 50 }),
        fc.constantFrom(-0.5, 0, 0.75, 1),
        (counts, exponent) => {
          const { thresholds, aliases } = aliasTable(counts, exponent);
          const chances = new Float64Array(counts.length);
          for (let row = 0; row < counts.length; row++) {
            chances[row]! += thresholds[row]! / 2 ** 32;
            chances[aliases[row]!]! += 1 - thresholds[row]! / 2 ** 32;
          }
          const weights = counts.map((count) => count ** exponent);
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          for (let row = 0; row < counts.length; row++)
            expect(chances[row]! / counts.length).toBeCloseTo(weights[row]! / total, 6);
        },
      ),
    );
  });

  test.each([
    [[], 1],
    [[0], 1],
    [[Number.NaN], 1],
    [[1], Number.NaN],
    [[1], 3],
  ])("is refused for counts %j to the power %d", (counts, exponent) =>
    expect(() => aliasTable(counts, exponent)).toThrow(/not allowed/),
  );
});
