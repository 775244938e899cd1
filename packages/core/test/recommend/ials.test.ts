import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SegueError } from "../../src/errors/segue-error";
import { emptyFactors, factorsOf, penaltiesOf } from "../../src/recommend/cf/factors";
import { foldIn, refreshUsers } from "../../src/recommend/cf/fold-in";
import { type IalsEngine, plainEngine, type Side } from "../../src/recommend/cf/ials-engine";
import { kernelEngine } from "../../src/recommend/cf/ials-kernel";
import { ialsLoss } from "../../src/recommend/cf/ials-loss";
import type { IalsModel } from "../../src/recommend/cf/ials-model";
import { type IalsOptions, ialsOptions } from "../../src/recommend/cf/ials-options";
import { buildInteractions, type Interactions, rowOf } from "../../src/recommend/cf/interactions";
import { applyRow, gramMatrix, rowEquation } from "../../src/recommend/cf/least-squares";
import { trainIals } from "../../src/recommend/cf/train-ials";
import { callingThread } from "../../src/recommend/kernels/kernel-pool";
import { randomStream } from "../../src/recommend/random";
import { smallInteractions } from "./interactions-arbitrary";
import { hostWasm } from "./wasm-host";

const pool = callingThread(hostWasm);
const someOptions = fc
  .record({
    dimensions: fc.integer({ min: 1, max: 21 }),
    unseenWeight: fc.constantFrom(0, 0.01, 0.3, 1),
    regularization: fc.constantFrom(0.005, 0.05, 1),
    frequencyExponent: fc.constantFrom(0, 0.5, 1),
    solver: fc.constantFrom("exact" as const, "cg" as const),
    seed: fc.nat(1000),
  })
  .map((options) => ialsOptions({ ...options, initialDeviation: 1 }));

/** Both sides with random factors. */
function sides(data: Interactions, options: IalsOptions): { users: Side; items: Side } {
  const random = randomStream(options.seed);
  const side = (entries: Side["entries"], others: number): Side => {
    const factors = emptyFactors(entries.offsets.length - 1, options.dimensions);
    for (let row = 0; row < factors.rows; row++)
      for (let i = 0; i < options.dimensions; i++)
        factors.values[row * factors.stride + i] = 0.5 * random.gaussian();
    return { entries, factors, penalties: penaltiesOf(entries, others, options) };
  };
  return {
    users: side(data.byUser, data.items.length),
    items: side(data.byItem, data.users.length),
  };
}

const engines: Record<string, (data: Interactions, options: IalsOptions) => Promise<IalsEngine>> = {
  plain: async (data, options) => {
    const { users, items } = sides(data, options);
    return plainEngine(users, items);
  },
  kernel: (data, options) => {
    const { users, items } = sides(data, options);
    return kernelEngine(users, items, pool);
  },
};

describe.each(Object.entries(engines))("a half-step, %s", (_, open) => {
  test("never makes the loss larger", async () => {
    await fc.assert(
      fc.asyncProperty(smallInteractions(), someOptions, async (data, options) => {
        const engine = await open(data, options);
        let before = ialsLoss(engine.users, engine.items, options);
        for (const side of ["users", "items", "users", "items"] as const) {
          await engine.halfStep(side, options);
          const after = ialsLoss(engine.users, engine.items, options);
          expect(after).toBeLessThanOrEqual(before * (1 + 1e-5) + 1e-6);
          before = after;
        }
      }),
      { numRuns: 60 },
    );
  });

  test("ends where the gradient of every row is zero, when exact", async () => {
    await fc.assert(
      fc.asyncProperty(smallInteractions(), someOptions, async (data, cgOrExact) => {
        const options = { ...cgOrExact, solver: "exact" as const };
        const engine = await open(data, options);
        await engine.halfStep("users", options);
        const gram = gramMatrix(engine.items.factors, options.unseenWeight);
        const { factors, entries, penalties } = engine.users;
        for (let row = 0; row < factors.rows; row++) {
          const x = Float64Array.from(
            factors.values.subarray(row * factors.stride, row * factors.stride + options.dimensions),
          );
          if (rowOf(entries, row).columns.length === 0) {
            expect([...x]).toEqual([...x].map(() => 0));
            continue;
          }
          const equation = rowEquation(entries, row, penalties[row]!, gram, engine.items.factors);
          const size = Math.hypot(...applyRow(equation, new Float64Array(options.dimensions), true)) + 1;
          for (const slope of applyRow(equation, x, true)) expect(Math.abs(slope)).toBeLessThan(2e-4 * size);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** The largest difference of two lists of numbers, as a share of the largest of the first, or of 1, which is a sure "wanted". */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(b.length).toBe(a.length);
  let difference = 0;
  let length = 1;
  for (let i = 0; i < a.length; i++) {
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
    length = Math.max(length, Math.abs(a[i]!));
  }
  return difference / length;
}

describe("the kernel", () => {
  test("gives what plain TypeScript gives, within 1e-4", async () => {
    await fc.assert(
      fc.asyncProperty(smallInteractions(), someOptions, async (data, some) => {
        // float32 errs by its last bit times the condition of the equation, which is about weights / regularization here; a
        // second step of conjugate gradient would multiply that again. Whole trainings below have three.
        const regularization = Math.max(some.regularization, some.solver === "cg" ? 1 : 0.05);
        const options = { ...some, regularization, cgSteps: 1 };
        const [plain, kernel] = [
          await engines["plain"]!(data, options),
          await engines["kernel"]!(data, options),
        ];
        for (const side of ["items", "users"] as const) {
          // From the same factors: what differs after one step is rounding alone.
          const other = side === "items" ? "users" : "items";
          kernel[other].factors.values.set(plain[other].factors.values);
          kernel[side].factors.values.set(plain[side].factors.values);
          await plain.halfStep(side, options);
          await kernel.halfStep(side, options);
          expect(apart(plain[side].factors.values, kernel[side].factors.values)).toBeLessThan(1e-4);
        }
      }),
      { numRuns: 100 },
    );
  });

  test.each(["exact", "cg"] as const)("trains the same model as plain TypeScript, %s", async (solver) => {
    const data = clusteredInteractions(60, 50);
    const options = { dimensions: 12, epochs: 8, solver, seed: 5 };
    const plain = await trainIals(data, options);
    const kernel = await trainIals(data, options, { pool });
    expect(apart(scoresOf(plain), scoresOf(kernel))).toBeLessThan(1e-4);
  });

  test("takes rows longer than a block, and lists of any length", async () => {
    for (const count of [1, 3, 4, 5, 63, 64, 65, 127, 128, 129, 300]) {
      const entries = Array.from({ length: count }, (_, n) => ({
        user: "u",
        item: `i${n}`,
        weight: 1 + (n % 3),
      }));
      const others = entries.slice(0, 40).map((entry, n) => ({ ...entry, user: `v${n % 7}` }));
      const data = buildInteractions([...entries, ...others]);
      for (const solver of ["exact", "cg"] as const) {
        // Weaker regularization leaves so much to the last bit that few steps of conjugate gradient end elsewhere.
        const options = { dimensions: 8, epochs: 1, solver, seed: count, regularization: 0.2 };
        const [plain, kernel] = [await trainIals(data, options), await trainIals(data, options, { pool })];
        expect(apart(scoresOf(plain), scoresOf(kernel)), `${count} ${solver}`).toBeLessThan(1e-4);
      }
    }
  });
});

/** Users and items of four kinds; a user wants mostly items of the own kind. */
function clusteredInteractions(users: number, items: number): Interactions {
  const random = randomStream(11);
  const entries = [];
  for (let user = 0; user < users; user++)
    for (let item = 0; item < items; item++)
      if (random.unit() < (user % 4 === item % 4 ? 0.5 : 0.05))
        entries.push({ user: `u${user}`, item: `i${item}`, weight: 0.5 + 2 * random.unit() });
  return buildInteractions(entries);
}

/** Every user's score for every item, users and items in order of their ids. */
function scoresOf({ users, items }: IalsModel): Float64Array {
  const d = users.dimensions;
  const sorted = (ids: readonly string[]) => [...ids.keys()].sort((a, b) => (ids[a]! < ids[b]! ? -1 : 1));
  const scores: number[] = [];
  for (const user of sorted(users.ids))
    for (const item of sorted(items.ids)) {
      let score = 0;
      for (let i = 0; i < d; i++) score += users.vectors[user * d + i]! * items.vectors[item * d + i]!;
      scores.push(score);
    }
  return Float64Array.from(scores);
}

describe("training", () => {
  const options = { dimensions: 8, epochs: 5, seed: 3 };

  test("gives the same scores in whatever order interactions come", async () => {
    const data = clusteredInteractions(30, 24);
    const entries = data.users.flatMap((user, row) => {
      const { columns, weights } = rowOf(data.byUser, row);
      return [...columns].map((column, n) => ({ user, item: data.items[column]!, weight: weights[n]! }));
    });
    const shuffled = [...entries].sort((a, b) => (`${a.item}${a.user}` < `${b.item}${b.user}` ? 1 : -1));
    for (const training of [{}, { pool }]) {
      const one = await trainIals(data, options, training);
      const two = await trainIals(buildInteractions(shuffled), options, training);
      expect(two.users.ids).not.toEqual(one.users.ids);
      expect(apart(scoresOf(one), scoresOf(two))).toBeLessThan(1e-4);
    }
  });

  test("is the same for the same seed, to the bit, and another for another seed", async () => {
    const data = clusteredInteractions(30, 24);
    const [a, b] = [await trainIals(data, options, { pool }), await trainIals(data, options, { pool })];
    expect(b.items.vectors).toEqual(a.items.vectors);
    expect(b.users.vectors).toEqual(a.users.vectors);
    const other = await trainIals(data, { ...options, seed: 4 }, { pool });
    expect(other.users.vectors).not.toEqual(a.users.vectors);
  });

  test("prefers what a user's kind wants", async () => {
    const data = clusteredInteractions(60, 40);
    const model = await trainIals(data, { ...options, regularization: 0.05 }, { pool });
    let right = 0;
    for (const [user, id] of model.users.ids.entries()) {
      const means = [0, 0, 0, 0];
      for (const [item, itemId] of model.items.ids.entries())
        for (let i = 0; i < 8; i++)
          means[Number(itemId.slice(1)) % 4]! +=
            model.users.vectors[user * 8 + i]! * model.items.vectors[item * 8 + i]!;
      if (means.indexOf(Math.max(...means)) === Number(id.slice(1)) % 4) right++;
    }
    expect(right).toBeGreaterThanOrEqual(57);
  });

  test("tells the falling loss after each epoch, and ends when told so", async () => {
    const data = clusteredInteractions(30, 24);
    const losses: number[] = [];
    await trainIals(data, options, { pool, onEpoch: ({ loss }) => void losses.push(loss()) });
    expect(losses).toHaveLength(5);
    for (let i = 1; i < 5; i++) expect(losses[i]!).toBeLessThanOrEqual(losses[i - 1]! * (1 + 1e-6));
    const ended: number[] = [];
    await trainIals(data, options, {
      onEpoch: ({ epoch }) => {
        ended.push(epoch);
        return epoch < 2;
      },
    });
    expect(ended).toEqual([1, 2]);
  });

  test("goes on from a model where ids are the same", async () => {
    const data = clusteredInteractions(30, 24);
    const model = await trainIals(data, options);
    const same = await trainIals(data, { ...options, epochs: 0 }, { warmStart: model });
    expect(same.users.vectors).toEqual(model.users.vectors);
    await expect(trainIals(data, { ...options, dimensions: 9 }, { warmStart: model })).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });

  test("gives finite numbers whatever the data: nothing at all, one item, one user, huge and tiny weights", async () => {
    const cases = [
      buildInteractions([]),
      buildInteractions([], { users: ["u"], items: ["i"] }),
      buildInteractions([{ user: "u", item: "i", weight: 1 }]),
      buildInteractions([{ user: "u", item: "i", weight: -1 }]),
      buildInteractions([
        { user: "u", item: "i", weight: 1e6 },
        { user: "v", item: "i", weight: 1e-6 },
        { user: "v", item: "j", weight: -1e6 },
      ]),
    ];
    for (const data of cases)
      for (const solver of ["exact", "cg"] as const)
        for (const training of [{}, { pool }]) {
          const extreme = { ...options, solver, unseenWeight: 0, regularization: 1e-9, dimensions: 64 };
          for (const each of [{ ...options, solver }, extreme]) {
            const model = await trainIals(data, each, training).catch((error) => error);
            if (each === extreme && SegueError.is(model)) {
              expect(model.detail).toContain("Raise `regularization`");
              continue;
            }
            expect([...model.users.vectors, ...model.items.vectors].every(Number.isFinite)).toBe(true);
          }
        }
  });

  test.each([
    { dimensions: 0 },
    { dimensions: 1.5 },
    { dimensions: 513 },
    { epochs: -1 },
    { regularization: 0 },
    { regularization: Number.NaN },
    { unseenWeight: -0.1 },
    { unseenWeight: Number.POSITIVE_INFINITY },
    { seed: -1 },
    { seed: 2 ** 32 },
    { cgSteps: 0 },
    { solver: "magic" as "cg" },
  ])("refuses %j", async (wrong) => {
    await expect(trainIals(clusteredInteractions(4, 4), wrong)).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });
});

describe("folding in", () => {
  const options = { dimensions: 8, epochs: 4, seed: 3 };
  const data = clusteredInteractions(40, 30);
  const historyOf = (row: number) => {
    const { columns, weights } = rowOf(data.byUser, row);
    return [...columns].map((column, n) => ({ item: data.items[column]!, weight: weights[n]! }));
  };

  test("a user of the training gives the trained vector", async () => {
    const plain = await trainIals(data, options);
    const fold = foldIn(plain);
    for (const row of plain.users.ids.keys()) {
      const { vector, known } = fold(historyOf(row).reverse());
      expect(known).toBe(historyOf(row).length);
      expect(apart(plain.users.vectors.subarray(row * 8, row * 8 + 8), vector)).toBeLessThan(1e-6);
    }
    const kernel = await trainIals(data, options, { pool });
    expect((await refreshUsers(kernel, data, { pool })).vectors).toEqual(kernel.users.vectors);
  });

  test("everybody at once is the same as one by one, also with items the model lacks", async () => {
    const model = await trainIals(data, options);
    const more = buildInteractions([
      ...historyOf(0).map((entry) => ({ ...entry, user: "new" })),
      { user: "new", item: "unheard of", weight: 2 },
      { user: "stranger", item: "unheard of", weight: 2 },
    ]);
    const fold = foldIn(model);
    for (const training of [{}, { pool }]) {
      const { ids, vectors } = await refreshUsers(model, more, training);
      expect(ids).toEqual(["new", "stranger"]);
      const { vector, known } = fold([...historyOf(0), { item: "unheard of", weight: 2 }]);
      expect(known).toBe(historyOf(0).length);
      expect(apart(vector, vectors.subarray(0, 8))).toBeLessThan(1e-4);
      expect([...vectors.subarray(8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    }
  });

  test("refuses weights that are no numbers, and an item twice; nothing heard is all zeros", async () => {
    const fold = foldIn(await trainIals(data, options));
    expect([...fold([]).vector]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    for (const weight of [Number.NaN, 0, Number.POSITIVE_INFINITY, 2e6])
      expect(() => fold([{ item: "i1", weight }])).toThrow(
        expect.objectContaining({ code: "invalid_argument" }),
      );
    const twice = [
      { item: "i1", weight: 1 },
      { item: "i1", weight: 1 },
    ];
    expect(() => fold(twice)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });

  test("factors of a space and back", async () => {
    const { items } = await trainIals(data, options);
    const { rows, stride } = factorsOf(items);
    expect([rows, stride]).toEqual([30, 8]);
  });
});
