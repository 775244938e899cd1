/**
 * Makes the golden vectors of audio features, neighbors and names, from docs/spec/recommendations.md alone:
 * `node packages/conformance/vectors/make-content.mjs` writes three files of v1/recommend. What names fold to and
 * their tokens are written by hand.
 */
import { mkdirSync, writeFileSync } from "node:fs";

const folder = new URL("v1/recommend/", import.meta.url);
mkdirSync(folder, { recursive: true });

function write(name, section, rule, requirements, cases) {
  const spec = `docs/spec/recommendations.md#${section}`;
  writeFileSync(
    new URL(`${name}.json`, folder),
    `${JSON.stringify({ rule, spec, requirements, cases }, null, 2)}\n`,
  );
}

// Audio features
const NAMES = [
  ...["tempo", "energy", "valence", "danceability"],
  ...["acousticness", "speechiness", "instrumentalness", "liveness"],
];
function transform(track, foldTempo) {
  return NAMES.map((name) => {
    if (name === "tempo") {
      const octaves = Math.log2(track.tempo / 120);
      return foldTempo ? octaves - Math.floor(octaves + 1 / 2) : octaves;
    }
    if (!["speechiness", "instrumentalness", "liveness"].includes(name)) return track[name];
    const share = track[name] < 0.01 ? 0.01 : track[name] > 0.99 ? 0.99 : track[name];
    return Math.log(share / (1 - share));
  });
}
function points(tracks, foldTempo, weights) {
  const rows = tracks.map((track) => transform(track, foldTempo));
  return rows.map((row) =>
    row.map((value, c) => {
      const mean = rows.reduce((sum, each) => sum + each[c], 0) / rows.length;
      const deviation = Math.sqrt(rows.reduce((sum, each) => sum + (each[c] - mean) ** 2, 0) / rows.length);
      return (Math.sqrt(weights[NAMES[c]] ?? 1) * (value - mean)) / (deviation < 1e-6 ? 1 : deviation);
    }),
  );
}
const track = (...values) => Object.fromEntries(values.map((value, c) => [NAMES[c], value]));
const catalog = [
  track(128, 0.8, 0.6, 0.75, 0.05, 0.04, 0.0, 0.1),
  track(64, 0.3, 0.2, 0.4, 0.9, 0.03, 0.92, 0.08),
  track(174, 0.95, 0.4, 0.5, 0.001, 0.3, 1, 0.995),
  track(90, 0.5, 0.9, 0.85, 0.4, 0.45, 0.005, 0.35),
];
const features = (name, tracks, foldTempo, weights = {}) => ({
  name,
  tracks,
  foldTempo,
  weights,
  transformed: tracks.map((each) => transform(each, foldTempo)),
  points: points(tracks, foldTempo, weights),
});
write(
  "features",
  "audio",
  "features of a whole catalog → transformed features, within 1e-12, and standardized points, within 1e-6",
  ["REC-080", "REC-081"],
  [
    features("four tracks", catalog, false),
    features("tempos in one octave", catalog, true),
    features("weights", catalog, false, { tempo: 0.25, energy: 4, liveness: 0 }),
    features("a feature in which all agree", [catalog[0], { ...catalog[0], tempo: 140, energy: 0.2 }], false),
    features("one track", [catalog[2]], true),
    features(
      "seams of the octave",
      [60, 84.8, 84.9, 120, 169.7, 169.8, 240].map((tempo) => ({ ...catalog[0], tempo })),
      true,
    ),
  ],
);

// Neighbors
const f32 = Math.fround;
function distance(metric, a, b) {
  let sum = 0;
  for (let c = 0; c < a.length; c++) {
    if (metric === "inner-product") sum += f32(a[c]) * f32(b[c]);
    else {
      const difference = f32(f32(b[c]) - f32(a[c]));
      sum = f32(sum + f32(difference * difference));
    }
  }
  return metric === "inner-product" ? f32(0 - sum) : sum;
}
function nearest(metric, items, query, k) {
  const all = Object.entries(items).map(([id, point]) => ({ id, distance: distance(metric, query, point) }));
  const inOrder = all.sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1));
  return inOrder.slice(0, k);
}
const neighbors = (name, metric, items, query, k) => ({
  name,
  metric,
  items: Object.entries(items).map(([id, point]) => ({ id, point })),
  query,
  k,
  neighbors: nearest(metric, items, query, k),
});
let state = 7;
const grid = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return ((state >>> 16) % 5) / 4 - 0.5;
};
const cloud = (count, dimensions) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `t${(i * 37) % count}`,
      Array.from({ length: dimensions }, grid),
    ]),
  );
write(
  "neighbors",
  "neighbors",
  "items and a query → ids and distances of the k nearest, exactly",
  ["REC-085", "REC-086", "REC-087"],
  [
    neighbors(
      "equal distances in the order of ids, as text",
      "squared-l2",
      { t9: [1, 0], t10: [-1, 0], T9: [0, 1], t: [0, -1], far: [3, 3] },
      [0, 0],
      4,
    ),
    neighbors(
      "ids in the order of code units, not of code points",
      "squared-l2",
      { "\uffee": [1], "\ud83c\udfb5": [-1], a: [1] },
      [0],
      2,
    ),
    neighbors(
      "distances that are equal after 32-bit steps",
      "squared-l2",
      { z: [4096, 0], m: [4096, 0.0625], a: [4096, 0.125], b: [4096, 0.25], c: [4097, 0] },
      [0, 0],
      4,
    ),
    neighbors(
      "a sum whose steps come in the order of dimensions",
      "squared-l2",
      { a: [1, 1, 4096], b: [4096, 1, 1], c: [1, 4096, 1] },
      [0, 0, 0],
      2,
    ),
    neighbors("equal points", "squared-l2", { c: [0.5, 0.5], a: [0.5, 0.5], b: [0.5, 0.5] }, [1, 0], 2),
    neighbors("more asked for than there is", "squared-l2", { b: [1], a: [2] }, [0], 9),
    neighbors("nothing asked for", "squared-l2", { b: [1], a: [2] }, [0], 0),
    neighbors("nothing there", "squared-l2", {}, [0, 0], 3),
    neighbors(
      "a coarse grid of eight dimensions",
      "squared-l2",
      cloud(60, 8),
      [0, 0.25, 0, 0, -0.25, 0, 0, 0],
      20,
    ),
    neighbors(
      "the highest inner product first",
      "inner-product",
      { low: [-1, 0], high: [2, 1], long: [0, 9], zero: [0, 0], also: [4, -3] },
      [1, 1],
      5,
    ),
    neighbors(
      "a score rounded once, at the end",
      "inner-product",
      { b: [16777218, 0, 0], a: [16777216, 1, 1], c: [16777216, 1, 0] },
      [1, 1, 1],
      3,
    ),
    neighbors(
      "equal scores on a coarse grid",
      "inner-product",
      cloud(40, 6),
      [0.5, -0.25, 0, 0.25, 0.5, 0.25],
      12,
    ),
  ],
);

// Names
function hash(text) {
  let value = 0x811c9dc5;
  const bytes = [text.charCodeAt(0)];
  for (let i = 1; i < text.length; i++) bytes.push(text.charCodeAt(i) & 255, text.charCodeAt(i) >> 8);
  for (const byte of bytes) value = Math.imul(value ^ byte, 16777619) >>> 0;
  return value;
}
function buckets(tokens, count) {
  const texts = tokens.flatMap(({ kind, text }) => {
    if (kind === "emoji") return [`e${text}`];
    const letters = [..."<", ...text, ">"];
    const runs = [];
    for (let from = 0; from < letters.length; from++)
      for (let length = 3; length <= 6; length++)
        if (from + length <= letters.length && length < letters.length)
          runs.push(`n${letters.slice(from, from + length).join("")}`);
    return [`w${text}`, ...runs];
  });
  return texts.map((text) => hash(text) % count);
}
const name = (title, folded, ...tokens) => {
  const made = tokens.map((text) => ({ kind: /[\p{L}\p{N}]/u.test(text[0]) ? "word" : "emoji", text }));
  // A keycap begins with a digit and is no word.
  for (const token of made) if (token.text.includes("\u20e3")) token.kind = "emoji";
  return { name: JSON.stringify(title), title, folded, tokens: made, features: buckets(made, 1000) };
};
write(
  "names",
  "names",
  "title → folded title, its tokens, and its features in 1,000 buckets",
  ["REC-090", "REC-091", "REC-092"],
  [
    name("Chill & Study", "chill & study", "chill", "study"),
    name("BEYONCÉ", "beyonce", "beyonce"),
    name("Beyonce\u0301", "beyonce", "beyonce"),
    name("Straße", "strasse", "strasse"),
    name("STRAẞE", "strasse", "strasse"),
    name("ΟΔΥΣΣΕΥΣ", "οδυσσευσ", "οδυσσευσ"),
    name("don’t  stop", "dont stop", "dont", "stop"),
    name("ｆｕｌｌ Ⅳ ①", "full iv 1", "full", "iv", "1"),
    name("soft\u00adhyphen\u200b \u202eRTL\u202c", "softhyphen rtl", "softhyphen", "rtl"),
    name("a\tb\u0000c", "a b c", "a", "b", "c"),
    name("夜のﾄﾞﾗｲﾌﾞ🌙", "夜のドライブ🌙", "夜のドライブ", "🌙"),
    name("한국어 노래", "한국어 노래", "한국어", "노래"),
    name("हिन्दी गाने", "हिन्दी गाने", "हिन्दी", "गाने"),
    name("شَمْس", "شمس", "شمس"),
    name("gym💪🏽time", "gym💪🏽time", "gym", "💪", "time"),
    name("❤️", "❤", "❤"),
    name("👩‍💻 focus", "👩‍💻 focus", "👩‍💻", "👩", "💻", "focus"),
    name("🇧🇷 funk", "🇧🇷 funk", "🇧🇷", "funk"),
    name("top 5️⃣", "top 5⃣", "top", "5⃣"),
    name("?!", "?!"),
    name("", ""),
  ],
);
