import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { actOfPlay, confidences, type ListeningEvent, netTaste } from "../../src/recommend/cf/confidence";
import { invertPositive, trainEase } from "../../src/recommend/cf/ease";
import { buildInteractions, interactionsOf, rowOf, transpose } from "../../src/recommend/cf/interactions";
import { loadIals, saveIals } from "../../src/recommend/cf/model-bytes";
import { popularity } from "../../src/recommend/cf/popularity";
import { trainIals } from "../../src/recommend/cf/train-ials";
import { writeContainer } from "../../src/recommend/container/container";
import { randomStream } from "../../src/recommend/random";
import { topItems } from "../../src/recommend/top-items";
import { smallInteractions } from "./interactions-arbitrary";

const refusal = expect.objectContaining({ code: "invalid_argument" });

describe("interactions", () => {
  test("rows and columns tell the same entries", () => {
    fc.assert(
      fc.property(smallInteractions(), ({ users, items, byUser, byItem }) => {
        const seen = (rows: typeof byUser, flip: boolean) =>
          Array.from({ length: rows.offsets.length - 1 }, (_, row) => {
            const { columns, weights } = rowOf(rows, row);
            return [...columns].map((column, n) =>
              [...(flip ? [column, row] : [row, column]), weights[n]].join(),
            );
          })
            .flat()
            .sort();
        expect(seen(byItem, true)).toEqual(seen(byUser, false));
        expect(transpose(byItem, users.length)).toEqual(byUser);
        expect(interactionsOf(users, items, byUser)).toEqual({ users, items, byUser, byItem });
      }),
    );
  });

  test("weights of one pair add up; those that cancel out are no entry", () => {
    const data = buildInteractions([
      { user: "u", item: "a", weight: 1 },
      { user: "u", item: "b", weight: 1 },
      { user: "u", item: "a", weight: 2.5 },
      { user: "u", item: "b", weight: -1 },
    ]);
    expect(rowOf(data.byUser, 0)).toEqual({ columns: Int32Array.of(0), weights: Float32Array.of(3.5) });
    expect(data.items).toEqual(["a", "b"]);
  });

  test("what cannot be is refused", () => {
    for (const weight of [Number.NaN, Number.POSITIVE_INFINITY, 0, 1e7, 1e-30])
      expect(() => buildInteractions([{ user: "u", item: "i", weight }])).toThrow(refusal);
    const twice = Array.from({ length: 2 }, () => ({ user: "u", item: "i", weight: 9e5 }));
    expect(() => buildInteractions(twice)).toThrow(refusal);
    expect(() => buildInteractions([], { users: ["a", "a"] })).toThrow(refusal);
    const rows = { offsets: Int32Array.of(0, 1), columns: Int32Array.of(0), weights: Float32Array.of(1) };
    interactionsOf(["u"], ["i"], rows);
    for (const wrong of [
      { ...rows, offsets: Int32Array.of(0) },
      { ...rows, offsets: Int32Array.of(1, 1) },
      { ...rows, offsets: Int32Array.of(0, 2) },
      { ...rows, columns: Int32Array.of(1) },
      { ...rows, columns: Int32Array.of(-1) },
      { ...rows, weights: Float32Array.of(Number.NaN) },
      { ...rows, weights: Float32Array.of() },
    ])
      expect(() => interactionsOf(["u"], ["i"], wrong)).toThrow(refusal);
    expect(() => interactionsOf(["u"], ["i", "i"], rows)).toThrow(refusal);
  });
});

describe("confidence", () => {
  const DAY = 86_400_000;
  const event = fc.record({
    user: fc.constantFrom("u", "v"),
    item: fc.constantFrom("a", "b"),
    act: fc.constantFrom("play-through", "play-part", "skip", "save", "playlist-add", "artist-follow"),
    atMs: fc.nat(10 * DAY),
  }) as fc.Arbitrary<ListeningEvent>;

  test("does not depend on the order of events", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), fc.nat(), (events, seed) => {
        const key = (list: ReturnType<typeof netTaste>) =>
          new Map(list.map(({ user, item, net }) => [`${user} ${item}`, net]));
        const shuffled = [...events].sort(
          (a, b) => ((a.atMs * 31 + seed) % 17) - ((b.atMs * 31 + seed) % 17),
        );
        expect(key(netTaste(shuffled, { nowMs: 11 * DAY }))).toEqual(
          key(netTaste(events, { nowMs: 11 * DAY })),
        );
      }),
    );
  });

  test("worked examples: decay, repeats of a day, skips", () => {
    const at = (act: ListeningEvent["act"], day: number, hour = 0): ListeningEvent => ({
      user: "u",
      item: "a",
      act,
      atMs: day * DAY + hour * 3_600_000,
    });
    const net = (...events: ListeningEvent[]) => netTaste(events, { nowMs: 90 * DAY })[0]!.net;
    expect(net(at("play-through", 90))).toBe(1);
    expect(net(at("play-through", 0))).toBe(0.5);
    expect(net(at("play-through", 200))).toBe(1);
    expect(net(at("play-through", 90, 1), at("play-through", 90, 5))).toBe(1.5);
    expect(net(at("play-part", 90, 1), at("play-through", 90, 5))).toBe(1.25);
    expect(net(at("save", 90), at("skip", 90))).toBe(3.5);
    expect(actOfPlay(29_999, 200_000)).toBe("skip");
    expect(actOfPlay(30_000, 200_000)).toBe("play-part");
    expect(actOfPlay(160_000, 200_000)).toBe("play-through");
    expect(actOfPlay(20_000, 25_000)).toBe("play-through");
  });

  test("has mean 1 over what is wanted; what is not wanted counts at most 1; nothing is NaN", () => {
    const weights = confidences([
      { user: "u", item: "a", net: 5 },
      { user: "u", item: "b", net: 0.1 },
      { user: "u", item: "c", net: -7 },
      { user: "u", item: "d", net: 0 },
    ]);
    expect(weights.map((entry) => entry.item)).toEqual(["a", "b", "c"]);
    expect((weights[0]!.weight + weights[1]!.weight) / 2).toBeCloseTo(1, 12);
    expect(weights[0]!.weight / weights[1]!.weight).toBeCloseTo((1 + Math.log(6)) / (1 + Math.log(1.1)), 12);
    expect(weights[2]!.weight).toBe(-1);
    expect(confidences([])).toEqual([]);
    expect(() => confidences([{ user: "u", item: "a", net: Number.NaN }])).toThrow(refusal);
    const untimed = { user: "u", item: "a", act: "save", atMs: Number.NaN } as const;
    expect(() => netTaste([untimed], { nowMs: 0 })).toThrow(refusal);
  });
});

describe("EASE", () => {
  test("inverts positive definite matrices", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), (n, seed) => {
        const random = randomStream(seed);
        const factor = Float64Array.from({ length: n * n }, () => random.gaussian());
        const product = (a: Float64Array, b: Float64Array, transposed: boolean) =>
          Float64Array.from({ length: n * n }, (_, at) => {
            let sum = 0;
            for (let k = 0; k < n; k++)
              sum +=
                a[Math.floor(at / n) * n + k]! * (transposed ? b[(at % n) * n + k]! : b[k * n + (at % n)]!);
            return sum;
          });
        const matrix = product(factor, factor, true).map((value, at) => value + (at % (n + 1) === 0 ? 1 : 0));
        const inverse = matrix.slice();
        invertPositive(inverse, n);
        const unit = product(matrix, inverse, false);
        for (let at = 0; at < n * n; at++) expect(unit[at]!).toBeCloseTo(at % (n + 1) === 0 ? 1 : 0, 6);
      }),
    );
  });

  /** B, column by column, from the definition alone: ridge regression of each item on the others. */
  const reference = (x: readonly Float64Array[], n: number, lambda: number) => {
    const b = new Float64Array(n * n);
    for (let j = 0; j < n; j++) {
      const others = [...new Array(n).keys()].filter((i) => i !== j);
      const size = others.length;
      const gram = new Float64Array(size * size);
      for (const [p, a] of others.entries())
        for (const [q, c] of others.entries())
          gram[p * size + q] = x.reduce((sum, row) => sum + row[a]! * row[c]!, p === q ? lambda : 0);
      invertPositive(gram, size);
      for (const [p, a] of others.entries())
        for (const [q, c] of others.entries())
          b[a * n + j]! += gram[p * size + q]! * x.reduce((sum, row) => sum + row[c]! * row[j]!, 0);
    }
    return b;
  };

  test("is the ridge regression of each item on the others, with more users than items or fewer", () => {
    let [fewer, more] = [0, 0];
    fc.assert(
      fc.property(smallInteractions(), fc.constantFrom(0.5, 3), (data, lambda) => {
        const n = data.items.length;
        if (n <= data.users.length) fewer++;
        else more++;
        const x = data.users.map((_, user) => {
          const row = new Float64Array(n);
          const { columns, weights } = rowOf(data.byUser, user);
          for (const [entry, column] of columns.entries()) if (weights[entry]! > 0) row[column] = 1;
          return row;
        });
        const b = reference(x, n, lambda);
        const model = trainEase(data, lambda);
        for (const history of [[], [0], [...new Array(n).keys()]]) {
          const scores = model.score(history);
          for (let j = 0; j < n; j++) {
            const expected = history.reduce((sum, i) => sum + b[i * n + j]!, 0);
            expect(scores[j]!).toBeCloseTo(expected, 5);
          }
        }
      }),
    );
    expect(Math.min(fewer, more)).toBeGreaterThan(10);
  });

  test("has bounds, and takes a history of items that exist, each once", () => {
    const data = buildInteractions([
      { user: "u", item: "a", weight: 1 },
      { user: "v", item: "b", weight: 1 },
    ]);
    expect(() => trainEase(data, 0)).toThrow(refusal);
    expect(() => trainEase(data, Number.NaN)).toThrow(refusal);
    for (const history of [[2], [-1], [0.5, 0], [Number.NaN, 0]])
      expect(() => trainEase(data, 1).score(history)).toThrow(refusal);
    expect([...trainEase(buildInteractions([]), 1).score([])]).toEqual([]);
  });
});

test("popularity counts who wants an item", () => {
  const data = buildInteractions([
    { user: "u", item: "a", weight: 3 },
    { user: "v", item: "a", weight: 1 },
    { user: "v", item: "b", weight: -1 },
  ]);
  expect([...popularity(data)]).toEqual([2, 0]);
});

describe("the best items", () => {
  test("are those of a full sort, ties by id, without the excluded", () => {
    const items = fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 30 });
    fc.assert(
      fc.property(items, fc.nat(), fc.nat(40), (ids, seed, count) => {
        const random = randomStream(seed);
        const scores = ids.map(() => random.below(4));
        const exclude = (row: number) => row % 5 === 3;
        const sorted = [...ids.keys()]
          .filter((row) => !exclude(row))
          .sort((a, b) => scores[b]! - scores[a]! || (ids[a]! < ids[b]! ? -1 : 1))
          .slice(0, count);
        expect(topItems(scores, ids, count, exclude)).toEqual(
          sorted.map((row) => ({ row, score: scores[row] })),
        );
      }),
    );
  });
  test("need scores that are numbers", () => {
    expect(() => topItems([1, Number.NaN], ["a", "b"], 1)).toThrow(refusal);
    expect(() => topItems([1], ["a", "b"], 1)).toThrow(refusal);
    expect(() => topItems([1], ["a"], -1)).toThrow(refusal);
  });
});

describe("a saved model", () => {
  const train = () =>
    trainIals(
      buildInteractions([
        { user: "u\u00e4\u{1f3b5}", item: "i\u20ac", weight: 1 },
        { user: "", item: "j", weight: 2 },
      ]),
      { dimensions: 5, epochs: 2, solver: "cg", seed: 77 },
    );

  test("comes back as it was, and saves to the same bytes", async () => {
    const model = await train();
    const bytes = saveIals(model);
    const loaded = loadIals(bytes);
    expect(loaded).toEqual(model);
    expect(saveIals(loaded)).toEqual(bytes);
  });

  test("gives a typed error for any other bytes", async () => {
    const bytes = saveIals(await train());
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = bytes.slice();
        damaged[at]! ^= change;
        expect(() => loadIals(damaged)).toThrow(expect.objectContaining({ code: "model_invalid" }));
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(bytes.length - 1), (noise, length) => {
        for (const wrong of [noise, bytes.slice(0, length)])
          expect(() => loadIals(wrong)).toThrow(expect.objectContaining({ code: "model_invalid" }));
      }),
    );
  });
});

test("a container of the right kind with other contents is no model either", () => {
  const section = fc.oneof(
    fc.float64Array({ maxLength: 10 }),
    fc.uint8Array({ maxLength: 10 }),
    fc.uint32Array({ maxLength: 4, max: 12 }),
    fc.float32Array({ maxLength: 10 }),
  );
  const options = Float64Array.of(1, 1, 0.1, 0.1, 1, 1, 0.1, 1, 0);
  fc.assert(
    fc.property(fc.boolean(), fc.array(section, { maxLength: 8 }), (known, sections) => {
      const bytes = writeContainer("IALS", 1, known ? [options, ...sections] : sections);
      let outcome: unknown = "loaded";
      try {
        loadIals(bytes);
      } catch (error) {
        outcome = error;
      }
      if (outcome !== "loaded") expect(outcome).toMatchObject({ code: "model_invalid" });
    }),
    { numRuns: 300 },
  );
  const space = [Uint32Array.of(2), Uint16Array.of(65), Uint32Array.of(1), Float32Array.of(1, 2)] as const;
  const other = expect.objectContaining({ code: "model_invalid" });
  expect(() => loadIals(writeContainer("IALS", 1, [options, ...space, ...space]))).toThrow(other);
});
