/**
 * Makes the golden vectors of what may be offered and of the choice of lists, from docs/spec/recommendations.md alone:
 * `node packages/conformance/vectors/make-lists.mjs` writes v1/recommend/*.json.
 */
import { writeFileSync } from "node:fs";

function write(name, section, rule, requirements, cases) {
  const spec = `docs/spec/recommendations.md#${section}`;
  const file = new URL(`v1/recommend/${name}.json`, import.meta.url);
  writeFileSync(file, `${JSON.stringify({ rule, spec, requirements, cases }, null, 2)}\n`);
}

// Who may be offered what
const NOW = 1_800_000_000_000;
const MONTH = 2_592_000_000;
const track = (id, recording, album) => ({ id, recording, album });
const catalog = [
  track("t1", "r1", "b1"),
  track("t2", "r1", "b2"),
  track("t3", "r3", "b2"),
  track("t4", "r4", "b3"),
];
const play = (id, ageMs) => ({ kind: "play", track: id, atMs: NOW - ageMs });
const choice = (kind, id, ageMs = 1) => ({ kind, track: id, atMs: NOW - ageMs });
const cases = [
  ["never heard of", []],
  ["heard exactly 30 days ago", [play("t4", MONTH)]],
  ["heard a millisecond before that", [play("t4", MONTH + 1)]],
  ["heard later than now", [play("t4", -1)]],
  ["another release of the recording was heard", [play("t2", 5)]],
  ["liked", [choice("like", "t3")]],
  ["liked, then not any more", [choice("like", "t3", 2), choice("unlike", "t3", 1)]],
  [
    "not any more, then liked again; told in the wrong order",
    [choice("like", "t3", 1), choice("unlike", "t3", 2)],
  ],
  ["liked and unliked at the same millisecond", [choice("like", "t3"), choice("unlike", "t3")]],
  ["saved with its album", [{ kind: "save-album", album: "b2", atMs: NOW - 9 * MONTH }]],
  ["hidden", [choice("hide", "t1")]],
  ["only put into a playlist", [choice("playlist-add", "t4")]],
];

const OPPOSITE = { like: "unlike", save: "unsave", hide: "unhide", "save-album": "unsave-album" };
function offered(acts) {
  const standing = (yes, about) => {
    const latest = acts
      .filter((act) => (act.kind === yes || act.kind === OPPOSITE[yes]) && (act.track ?? act.album) === about)
      .sort((a, b) => b.atMs - a.atMs || (a.kind === yes ? -1 : 1))[0];
    return latest?.kind === yes;
  };
  const taken = new Set();
  for (const each of catalog) {
    const heard = acts.some((act) => act.kind === "play" && act.track === each.id && NOW - act.atMs <= MONTH);
    const chosen = ["like", "save", "hide"].some((kind) => standing(kind, each.id));
    if (heard || chosen || standing("save-album", each.album)) taken.add(each.recording);
  }
  return catalog.filter((each) => !taken.has(each.recording)).map((each) => each.id);
}
write(
  "eligibility",
  "eligibility",
  "acts of a listener and a catalog → the tracks that may be offered as discoveries",
  ["REC-020", "REC-021", "REC-022", "REC-023"],
  cases.map(([name, acts]) => ({ name, nowMs: NOW, catalog, acts, offered: offered(acts) })),
);

// Choice by value and variety
function choose({ candidates, count, most }) {
  const cosine = (a, b) => a.vector.reduce((sum, value, i) => sum + value * b.vector[i], 0);
  const chosen = [];
  while (chosen.length < count) {
    const ranked = candidates
      .filter((each) => !chosen.includes(each))
      .filter((each) => chosen.filter((other) => other.artist === each.artist).length < most)
      .map((each) => {
        const nearest = Math.max(...chosen.map((other) => cosine(each, other)));
        return { each, score: chosen.length === 0 ? each.value : 0.7 * each.value - 0.3 * nearest };
      })
      .sort((a, b) => b.score - a.score || (a.each.id < b.each.id ? -1 : 1));
    if (ranked.length === 0) break;
    chosen.push(ranked[0].each);
  }
  return chosen.map(({ id }) => id);
}
const candidate = (id, value, vector, artist = id) => ({ id, value, vector, artist });
const choices = [
  {
    name: "what is like a chosen track comes later",
    candidates: [
      candidate("a", 1, [1, 0]),
      candidate("b", 0.875, [1, 0]),
      candidate("c", 0.75, [0, 1]),
      candidate("d", 0.25, [-1, 0]),
    ],
    count: 4,
    most: 4,
  },
  {
    name: "equal values in the order of ids",
    candidates: [candidate("b", 0.5, [0, 1]), candidate("a", 0.5, [0, 1]), candidate("c", 0.5, [1, 0])],
    count: 3,
    most: 3,
  },
  {
    name: "one of an artist, although the list stays short",
    candidates: [
      candidate("a", 1, [1, 0], "x"),
      candidate("b", 0.9375, [0, 1], "x"),
      candidate("c", -2, [1, 0], "y"),
    ],
    count: 3,
    most: 1,
  },
  {
    name: "values below 0, and a vector that is like nothing",
    candidates: [
      candidate("a", -1, [0.6, 0.8]),
      candidate("b", -1.25, [0, 0]),
      candidate("c", -1, [0.8, 0.6]),
    ],
    count: 2,
    most: 2,
  },
];
write(
  "variety",
  "discover-weekly",
  "candidates with values, unit vectors and artists → the chosen ids in their order",
  ["REC-033"],
  choices.map((each) => ({ ...each, chosen: choose(each) })),
);

// Values
const fnv = (...parts) => {
  let hash = 0x811c9dc5n;
  for (const char of parts.map((part) => `${part}\0`).join(""))
    hash = ((hash ^ BigInt(char.codePointAt(0))) * 0x01000193n) & 0xffffffffn;
  return Number(hash);
};
function valuesOf({ user, week, model, plays, known, centers, sources, vectors }) {
  const total = plays.reduce((sum, count) => sum + count + 1, 0);
  const bits = plays.map((count) => Math.log2(total / (count + 1)));
  const seed = fnv(user, week, model);
  const highest = new Map();
  for (const { rows, scores } of sources) {
    const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
    const deviation = Math.sqrt(scores.reduce((a, b) => a + (b - mean) ** 2, 0) / scores.length);
    for (const [i, row] of rows.entries()) {
      const z = deviation === 0 ? 0 : (scores[i] - mean) / deviation;
      highest.set(row, Math.max(highest.get(row) ?? Number.NEGATIVE_INFINITY, z));
    }
  }
  return [...highest]
    .sort(([a], [b]) => a - b)
    .map(([row, z]) => {
      const cosines = centers.map((center) => center.reduce((sum, c, i) => sum + c * vectors[row][i], 0));
      const familiar = Math.min(1, Math.max(0, ...cosines));
      const novelty =
        0.5 * (bits[row] / Math.max(...bits)) + 0.3 * (known.includes(row) ? 0 : 1) + 0.2 * (1 - familiar);
      const chance = fnv(seed, `t${row}`) / 2 ** 32;
      return [row, 0.75 * z + 0.25 * novelty + 0.05 * chance];
    });
}
const values = [
  {
    name: "one source",
    user: "usr_ada",
    week: "2026-W48",
    model: "m1",
    plays: [0, 9, 99, 999],
    known: [1],
    centers: [[1, 0]],
    vectors: [
      [1, 0],
      [0, 1],
      [0.6, 0.8],
      [-1, 0],
    ],
    sources: [{ rows: [0, 1, 2, 3], scores: [0.5, 0.25, 1, -0.5] }],
  },
  {
    name: "two sources with other scales, and a track of both",
    user: "usr_\u{1f3b5}",
    week: "2020-W53",
    model: "m2",
    plays: [3, 3, 3],
    known: [],
    centers: [],
    vectors: [
      [1, 0],
      [0, 1],
      [0, 0],
    ],
    sources: [
      { rows: [0, 1], scores: [10, 30] },
      { rows: [2, 0], scores: [0.001, 0.003] },
    ],
  },
  {
    name: "equal scores say nothing",
    user: "usr_bob",
    week: "2026-W01",
    model: "m1",
    plays: [1, 2],
    known: [0, 1],
    centers: [
      [0, 1],
      [1, 0],
    ],
    vectors: [
      [0, 1],
      [0.8, 0.6],
    ],
    sources: [{ rows: [1, 0], scores: [2, 2] }],
  },
];
write(
  "value",
  "discover-weekly",
  "candidates of sources (row n is track tn, by an artist of its own) → [row, value] by row, within 1e-6",
  ["REC-032"],
  values.map((each) => ({ ...each, values: valuesOf(each) })),
);

// Mixes keep their identity
const permutations = (all) =>
  all.length === 0
    ? [[]]
    : all.flatMap((one) => permutations(all.filter((x) => x !== one)).map((rest) => [one, ...rest]));
function identities({ centers, before }) {
  const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const size = Math.max(centers.length, before.length);
  let best = null;
  for (const order of permutations([...Array(size).keys()])) {
    const sum = order.reduce((s, column, row) => {
      const pair = centers[row] && before[column];
      return pair ? s + dot(centers[row], before[column].center) - 1 : s;
    }, 0);
    if (best === null || sum > best.sum + 1e-12) best = { sum, order };
  }
  const kept = centers.map((center, row) => {
    const mix = before[best.order[row]];
    return mix && dot(center, mix.center) >= 0.5 ? mix.identity : null;
  });
  const used = new Set(kept);
  let free = 1;
  return kept.map((identity) => {
    if (identity !== null) return identity;
    while (used.has(free)) free++;
    used.add(free);
    return free;
  });
}
const mix = (identity, ...center) => ({ identity, center });
write(
  "mix-identity",
  "daily-mix",
  "centers of new clusters and the mixes before → identities",
  ["REC-044"],
  [
    {
      name: "nothing before",
      centers: [
        [1, 0],
        [0, 1],
      ],
      before: [],
    },
    {
      name: "the order of clusters does not matter",
      centers: [
        [0, 1],
        [1, 0],
      ],
      before: [mix(1, 1, 0), mix(2, 0, 1)],
    },
    {
      name: "the best sum, not the best pair first",
      centers: [
        [0.8, 0.6],
        [1, 0],
      ],
      before: [mix(5, 1, 0), mix(3, 0.6, -0.8)],
    },
    {
      name: "too far to be the same",
      centers: [
        [-1, 0],
        [0.6, 0.8],
      ],
      before: [mix(1, 1, 0)],
    },
    { name: "a cosine of exactly 0.5 is near enough", centers: [[0.5, 0.75]], before: [mix(4, 1, 0)] },
    {
      name: "fewer clusters than mixes",
      centers: [[0, 1]],
      before: [mix(1, 1, 0), mix(2, 0, 1), mix(3, -1, 0)],
    },
  ].map((each) => ({ ...each, identities: identities(each) })),
);
