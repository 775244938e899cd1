import { confidences, type ListeningAct, netTaste } from "../../src/recommend/cf/confidence";
import { foldIn } from "../../src/recommend/cf/fold-in";
import { ialsModel } from "../../src/recommend/cf/ials-model";
import { DEFAULT_IALS } from "../../src/recommend/cf/ials-options";
import { itemSpace } from "../../src/recommend/item-space";
import { coverage, exposure, gini, novelty } from "../../src/recommend/metrics/catalog";
import { intraListDiversity } from "../../src/recommend/metrics/diversity";
import { clicks, ndcgAt, recallAt, rPrecision } from "../../src/recommend/metrics/ranking";
import { type Case, describeVectors } from "./vector-files";

const DAY = 86_400_000;
const taste = ({ nowMs, acts }: Case, shift = 0) =>
  netTaste(
    acts.map((act: { act: ListeningAct; atMs: number }) => ({ user: "u", item: "i", ...act })),
    { nowMs: nowMs + shift },
  )[0]!.net;
const pairs = ({ nets, alpha, epsilon }: Case) => {
  const taken = confidences(
    nets.map((net: number, n: number) => ({ user: "u", item: `${n}`, net })),
    { alpha, epsilon },
  );
  return nets.map((_: number, n: number) => taken.find(({ item }) => item === `${n}`)?.weight ?? null);
};
const rowOf = (each: Case, change: object = {}) => {
  const dimensions = each.items[0].length;
  const ids = each.items.map((_: unknown, n: number) => `i${n}`);
  const { unseenWeight, regularization, frequencyExponent } = each;
  const options = { ...DEFAULT_IALS, dimensions, unseenWeight, regularization, frequencyExponent, ...change };
  const items = itemSpace(ids, dimensions, Float32Array.from(each.items.flat()));
  const model = ialsModel(options, itemSpace([], dimensions, new Float32Array()), items);
  const history = each.history.map(({ item, confidence }: Case) => ({
    item: `i${item}`,
    weight: confidence,
  }));
  return [...foldIn(model)(history).vector];
};
const lists = (each: Case) => {
  const counts = exposure(each.lists, each.items);
  const ids = each.vectors.map((_: unknown, n: number) => `i${n}`);
  const space = itemSpace(ids, each.vectors[0].length, Float32Array.from(each.vectors.flat()));
  return [
    coverage(counts),
    gini(counts),
    each.lists.map((list: number[]) => novelty(list, each.knownBy, each.users)),
    each.lists.map((list: number[]) => intraListDiversity(list, space)),
  ];
};
const measures = ({ ranked, relevant, k }: Case) => {
  const wanted = new Set(relevant);
  return [
    recallAt(ranked, wanted, k),
    recallAt(ranked, wanted, k, "reachable"),
    ndcgAt(ranked, wanted, k),
    rPrecision(ranked, wanted),
    clicks(ranked, wanted),
  ];
};

describeVectors({
  "net-taste": {
    given: taste,
    expected: (each) => each.net,
    tolerance: 1e-12,
    wrong: {
      "a clock a minute off": (each) => taste(each, 60_000),
      "days of local time": ({ nowMs, acts }) =>
        taste({
          nowMs: nowMs + DAY / 2,
          acts: acts.map((act: Case) => ({ ...act, atMs: act.atMs + DAY / 2 })),
        }),
      "repeats that count whole": ({ nowMs, acts }) =>
        acts.reduce((sum: number, act: Case) => sum + taste({ nowMs, acts: [act] }), 0),
    },
  },
  confidence: {
    given: pairs,
    expected: (each) => each.confidences,
    tolerance: 1e-12,
    wrong: {
      "no logarithm of a sum with 1": (each) => pairs({ ...each, epsilon: each.epsilon * 1.001 }),
      "alpha that is always 1": (each) => pairs({ ...each, alpha: 1 }),
      "unwanted pairs in the mean": (each) => pairs({ ...each, nets: each.nets.map(Math.abs) }),
    },
  },
  row: {
    given: rowOf,
    expected: (each) => each.vector,
    tolerance: 1e-4,
    wrong: {
      "no weight of the unseen": (each) => rowOf(each, { unseenWeight: 0 }),
      "regularization that ignores the frequency": (each) => rowOf(each, { frequencyExponent: 0 }),
      "unwanted items that pull": (each) =>
        rowOf({
          ...each,
          history: each.history.map((h: Case) => ({ ...h, confidence: Math.abs(h.confidence) })),
        }),
      "one percent more regularization": (each) =>
        rowOf(each, { regularization: each.regularization * 1.01 }),
    },
  },
  ranking: {
    given: measures,
    expected: (each) => [each.recall, each.recallReachable, each.ndcg, each.rPrecision, each.clicks],
    tolerance: 1e-12,
    wrong: {
      "k one off": (each) => measures({ ...each, k: each.k + 1 }),
      "one place later": (each) => measures({ ...each, ranked: ["?", ...each.ranked] }),
      "denominators exchanged": (each) => {
        const [recall, reachable, ...rest] = measures(each);
        return [reachable, recall, ...rest];
      },
    },
  },
  exposure: {
    given: lists,
    expected: (each) => [each.coverage, each.gini, each.novelty, each.diversity],
    tolerance: 1e-6,
    wrong: {
      "one user more": (each) => lists({ ...each, users: each.users + 1 }),
      "an item forgotten": (each) =>
        lists({ ...each, lists: each.lists.map((list: number[]) => list.slice(1)) }),
      "distance instead of angle": (each) =>
        lists({ ...each, vectors: each.vectors.map((v: number[]) => v.map((x) => x + 1)) }),
    },
  },
});
