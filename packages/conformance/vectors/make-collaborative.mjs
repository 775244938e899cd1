/**
 * Makes the golden vectors of collaborative filtering and of measures, from docs/spec/recommendations.md alone:
 * `node packages/conformance/vectors/make-collaborative.mjs` writes v1/recommend/*.json.
 */
import { mkdirSync, writeFileSync } from "node:fs";

const folder = new URL("v1/recommend/", import.meta.url);
mkdirSync(folder, { recursive: true });
const DAY = 86_400_000;

function write(name, section, rule, requirements, cases) {
  const spec = `docs/spec/recommendations.md#${section}`;
  writeFileSync(
    new URL(`${name}.json`, folder),
    `${JSON.stringify({ rule, spec, requirements, cases }, null, 2)}\n`,
  );
}

/** A fixed sequence of fractions of 2^16 within ±1: linear congruential, so that any language repeats it. */
function sequence(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 16) - 32768) / 32768;
  };
}

// Net taste
const WEIGHT = {
  "play-through": 1,
  "play-part": 0.5,
  skip: -0.5,
  save: 4,
  "playlist-add": 3,
  "artist-follow": 0.5,
};
function taste(nowMs, acts) {
  const decayed = (act, share) =>
    share * WEIGHT[act.act] * 2 ** (-Math.max(0, nowMs - act.atMs) / (90 * DAY));
  let net = 0;
  const days = new Map();
  for (const act of acts) {
    if (!act.act.startsWith("play-") || act.act === "playlist-add") net += decayed(act, 1);
    else days.set(Math.floor(act.atMs / DAY), [...(days.get(Math.floor(act.atMs / DAY)) ?? []), act]);
  }
  for (const plays of days.values()) {
    const whole = plays.reduce((a, b) =>
      WEIGHT[b.act] > WEIGHT[a.act] || (b.act === a.act && b.atMs > a.atMs) ? b : a,
    );
    for (const play of plays) net += decayed(play, play === whole ? 1 : 0.5);
  }
  return net;
}
const NOW = 1_800_000_000_000;
const acts = (...list) => list.map(([act, ageMs]) => ({ act, atMs: NOW - ageMs }));
write(
  "net-taste",
  "confidence",
  "what acts of one user with one item add up to; `net` within 1e-12",
  ["REC-001", "REC-002"],
  [
    ...[
      ["one play now", acts(["play-through", 0])],
      ["half after 90 days", acts(["play-through", 90 * DAY])],
      ["a millisecond before the half", acts(["play-through", 90 * DAY - 1])],
      ["an act of the future is of now", acts(["save", -DAY])],
      ["two plays of a day", acts(["play-through", 0], ["play-through", 3_600_000])],
      [
        "the strongest of a day counts whole",
        acts(["play-part", 0], ["play-through", 3_600_000], ["play-part", 7_200_000]),
      ],
      [
        "a day ends at midnight UTC",
        [
          { act: "play-through", atMs: 19_999 * DAY - 1 },
          { act: "play-through", atMs: 19_999 * DAY },
        ],
      ],
      ["skips of a day all count", acts(["skip", 0], ["skip", 60_000], ["skip", 120_000])],
      [
        "everything at once",
        acts(
          ["save", 10 * DAY],
          ["skip", 9 * DAY],
          ["playlist-add", 400 * DAY],
          ["artist-follow", DAY],
          ["play-part", 5 * DAY],
          ["play-part", 5 * DAY + 1000],
        ),
      ],
      ["nothing but a skip", acts(["skip", 45 * DAY])],
    ].map(([name, list]) => ({ name, nowMs: NOW, acts: list, net: taste(NOW, list) })),
  ],
);

// Confidence
function confidence(nets, alpha, epsilon) {
  const raw = nets.filter((r) => r > 0).map((r) => 1 + alpha * Math.log(1 + r / epsilon));
  const mean = raw.reduce((a, b) => a + b, 0) / raw.length;
  return nets.map((r) =>
    r === 0 ? null : r < 0 ? -Math.min(1, -r) : (1 + alpha * Math.log(1 + r / epsilon)) / mean,
  );
}
write(
  "confidence",
  "confidence",
  "net tastes of all pairs → confidence, negative for what is not wanted, null for what is left out; within 1e-12",
  ["REC-003", "REC-004"],
  [
    ["one pair is its own mean", [7], 1, 1],
    ["more plays, more confidence", [1, 10, 100, 1000], 1, 1],
    ["plays of artists bend at 100", [1, 50, 100, 13_883], 1, 100],
    ["steeper", [0.5, 2, 8], 4, 1],
    ["what is not wanted is outside the mean", [3, -0.25, 1, -7], 1, 1],
    ["nothing is left out but zero", [0, 1, -0.5, 0], 1, 1],
    ["nothing wanted", [-1, -0.125], 1, 1],
  ].map(([name, nets, alpha, epsilon]) => ({
    name,
    nets,
    alpha,
    epsilon,
    confidences: confidence(nets, alpha, epsilon),
  })),
);

// One row
/** Solves A·x = b by Gauss elimination with pivoting. */
function solve(a, b) {
  const n = b.length;
  const m = a.map((row, i) => [...row, b[i]]);
  for (let p = 0; p < n; p++) {
    const best = m.slice(p).reduce((at, row, i) => (Math.abs(row[p]) > Math.abs(m[at][p]) ? p + i : at), p);
    [m[p], m[best]] = [m[best], m[p]];
    for (let i = 0; i < n; i++) {
      if (i === p) continue;
      const factor = m[i][p] / m[p][p];
      for (let j = p; j <= n; j++) m[i][j] -= factor * m[p][j];
    }
  }
  return m.map((row, i) => row[n] / row[i]);
}
function row(name, { k, n, entries, a0, lambda, nu, seed }) {
  const next = sequence(seed);
  const items = Array.from({ length: n }, () => Array.from({ length: k }, next));
  const a = Array.from({ length: k }, () => new Array(k).fill(0));
  const b = new Array(k).fill(0);
  for (const [item, h] of items.entries()) {
    const c = entries[item] ?? 0;
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) a[i][j] += (a0 + Math.abs(c)) * h[i] * h[j];
      if (c > 0) b[i] += c * h[i];
    }
  }
  const size = Object.keys(entries).length;
  for (let i = 0; i < k; i++) a[i][i] += lambda * (size + a0 * n) ** nu;
  const history = Object.entries(entries).map(([item, c]) => ({ item: Number(item), confidence: c }));
  const vector = size === 0 ? new Array(k).fill(0) : solve(a, b);
  return { name, unseenWeight: a0, regularization: lambda, frequencyExponent: nu, items, history, vector };
}
write(
  "row",
  "factors",
  "items' vectors and one user's history (confidence negative for what is not wanted) → the user's vector, within 1e-4 of its length",
  ["REC-005", "REC-006"],
  [
    row("one item, one dimension", { k: 1, n: 1, entries: { 0: 1 }, a0: 0.1, lambda: 0.02, nu: 1, seed: 1 }),
    row("three of ten items", {
      k: 4,
      n: 10,
      entries: { 1: 1, 4: 2.5, 9: 0.5 },
      a0: 0.1,
      lambda: 0.02,
      nu: 1,
      seed: 2,
    }),
    row("an unwanted item pushes away", {
      k: 4,
      n: 10,
      entries: { 1: 1, 4: -1, 9: 0.5 },
      a0: 0.1,
      lambda: 0.02,
      nu: 1,
      seed: 2,
    }),
    row("regularization grows with the square root of the frequency", {
      k: 3,
      n: 8,
      entries: { 0: 1, 5: 1 },
      a0: 0.5,
      lambda: 0.3,
      nu: 0.5,
      seed: 3,
    }),
    row("the unseen weigh nothing", {
      k: 3,
      n: 8,
      entries: { 0: 1, 5: 1, 6: 1, 7: 1 },
      a0: 0,
      lambda: 0.05,
      nu: 1,
      seed: 4,
    }),
    row("more dimensions than entries", {
      k: 9,
      n: 6,
      entries: { 2: 3 },
      a0: 0.2,
      lambda: 0.1,
      nu: 1,
      seed: 5,
    }),
    row("nothing wanted is the zero vector", {
      k: 3,
      n: 5,
      entries: { 1: -1, 2: -0.5 },
      a0: 0.2,
      lambda: 0.1,
      nu: 1,
      seed: 6,
    }),
    row("no history is the zero vector", { k: 3, n: 5, entries: {}, a0: 0.2, lambda: 0.1, nu: 1, seed: 7 }),
  ],
);

// Measures of one list
const letters = (text) => (text === "" ? [] : text.split(""));
function ranking(name, list, wanted, k) {
  const ranked = letters(list);
  const relevant = letters(wanted);
  const hit = (at) => relevant.includes(ranked[at]);
  const hits = (limit) => ranked.slice(0, limit).filter((item) => relevant.includes(item)).length;
  const gain = (count, has) => {
    let sum = 0;
    for (let place = 1; place <= count; place++) if (has(place - 1)) sum += 1 / Math.log2(place + 1);
    return sum;
  };
  const none = relevant.length === 0;
  const first = ranked.slice(0, 500).findIndex((item) => relevant.includes(item));
  return {
    name,
    ranked,
    relevant,
    k,
    recall: none ? 0 : hits(k) / relevant.length,
    recallReachable: none ? 0 : hits(k) / Math.min(k, relevant.length),
    ndcg: none ? 0 : gain(Math.min(k, ranked.length), hit) / gain(Math.min(k, relevant.length), () => true),
    rPrecision: none ? 0 : hits(relevant.length) / relevant.length,
    clicks: first < 0 ? 51 : Math.floor(first / 10),
  };
}
write(
  "ranking",
  "measures",
  "one list and what was relevant → measures, within 1e-12",
  ["REC-010", "REC-011"],
  [
    ranking("a perfect list", "abc", "abc", 3),
    ranking("fewer places than relevant items", "axbyc", "abcdef", 2),
    ranking("hits in the middle", "xaybzc", "abc", 5),
    ranking("a list shorter than k", "ab", "bq", 10),
    ranking("nothing relevant", "abc", "", 3),
    ranking("an empty list", "", "abc", 3),
    ranking("the tenth place is the first page", "123456789a", "a", 10),
    ranking("the eleventh place is the second", "123456789xa", "a", 20),
  ],
);

// Measures of many lists
function catalogMeasures(name, { lists, items, knownBy, users, vectors }) {
  const counts = new Array(items).fill(0);
  for (const item of lists.flat()) counts[item]++;
  const sorted = [...counts].sort((a, b) => a - b);
  const sum = counts.reduce((a, b) => a + b, 0);
  const gini =
    sum === 0
      ? 0
      : (2 * sorted.reduce((s, x, i) => s + (i + 1) * x, 0)) / (items * sum) - (items + 1) / items;
  const mean = (list) => (list.length === 0 ? 0 : list.reduce((a, b) => a + b, 0) / list.length);
  const cosine = (a, b) => {
    const lengths = Math.hypot(...a) * Math.hypot(...b);
    return lengths === 0 ? 0 : a.reduce((s, x, i) => s + x * b[i], 0) / lengths;
  };
  const pairs = (list) =>
    list.flatMap((a, i) => list.slice(i + 1).map((b) => 1 - cosine(vectors[a], vectors[b])));
  return {
    name,
    lists,
    items,
    knownBy,
    users,
    vectors,
    coverage: counts.filter((count) => count > 0).length / items,
    gini,
    novelty: lists.map((list) => mean(list.map((item) => -Math.log2(Math.max(1, knownBy[item]) / users)))),
    diversity: lists.map((list) => mean(pairs(list))),
  };
}
write(
  "exposure",
  "measures",
  "lists of row numbers, who knows the items, and their vectors → measures, within 1e-6",
  ["REC-011"],
  [
    catalogMeasures("two lists of four items", {
      lists: [
        [0, 1, 2],
        [0, 3],
      ],
      items: 4,
      knownBy: [8, 4, 2, 1],
      users: 16,
      vectors: [
        [1, 0],
        [0, 2],
        [1, 1],
        [-3, 0],
      ],
    }),
    catalogMeasures("one item gets everything, another is known to nobody", {
      lists: [[2], [2], [2, 0]],
      items: 3,
      knownBy: [0, 5, 10],
      users: 10,
      vectors: [
        [0, 0],
        [1, 2],
        [2, 1],
      ],
    }),
    catalogMeasures("all alike", {
      lists: [
        [0, 1],
        [1, 0],
      ],
      items: 2,
      knownBy: [3, 3],
      users: 12,
      vectors: [
        [1, 1],
        [2, 2],
      ],
    }),
    catalogMeasures("nothing recommended", {
      lists: [[]],
      items: 2,
      knownBy: [1, 1],
      users: 2,
      vectors: [[1], [1]],
    }),
  ],
);
