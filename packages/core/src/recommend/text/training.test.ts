import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hostWasm } from "../../../test/recommend/wasm-host";
import { loadItemSpace, saveItemSpace } from "../container/item-space-bytes";
import { bruteForceIndex } from "../neighbors/brute-force";
import { unitSpace } from "../neighbors/unit-space";
import { randomStream } from "../random";
import { trainItemVectors } from "./item-vectors";
import { nameVector, trainNameSpace } from "./name-space";
import { loadNameSpace, saveNameSpace } from "./name-space-bytes";
import { type NamedPlaylist, playlistCorpus } from "./playlists";

const MOODS = [
  ["chill study", "study beats", "chillout 🌙"],
  ["workout", "gym power 💪", "workout mix"],
  ["fiesta latina", "reggaeton fiesta", "verano latino"],
  ["jazz dinner", "smooth jazz", "cena jazz 🎷"],
];
const TRACKS_PER_MOOD = 25;
const moodOf = (id: string) => Math.floor(Number(id.slice(1)) / TRACKS_PER_MOOD);

/** Playlists of one mood each, one track in ten from anywhere. */
function moodPlaylists(count: number, seed: number): NamedPlaylist[] {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => {
    const mood = random.below(MOODS.length);
    const trackIds = Array.from({ length: 12 }, () => {
      const from = random.below(10) === 0 ? random.below(MOODS.length) : mood;
      return `t${from * TRACKS_PER_MOOD + random.below(TRACKS_PER_MOOD)}`;
    });
    return { name: MOODS[mood]![random.below(3)]!, trackIds };
  });
}

function finish<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

const corpus = playlistCorpus(moodPlaylists(600, 1));
const itemOptions = { seed: 3, subsample: 0, epochs: 8 };
const nameOptions = { seed: 3, buckets: 65_536, epochs: 20 };

describe("track vectors from playlists", () => {
  test.each(["whole", 3] as const)(
    "put tracks beside those they share playlists with, window %s",
    async (window) => {
      const training = await trainItemVectors(corpus, { ...itemOptions, window, dimensions: 32 }, hostWasm);
      const space = unitSpace(finish(training.steps));
      const index = bruteForceIndex(space, "inner-product");
      let right = 0;
      let all = 0;
      for (const [row, id] of space.ids.entries())
        for (const near of index.search(space.vectors.subarray(row * 32, row * 32 + 32), 11).rows) {
          if (near === row) continue;
          all++;
          if (moodOf(space.ids[near]!) === moodOf(id)) right++;
        }
      expect(right / all).toBeGreaterThan(0.95);
    },
  );

  test("have the same bits from both engines and from the same seed, others from another", async () => {
    const options = { ...itemOptions, epochs: 2, dimensions: 16 };
    const spaces = [
      finish((await trainItemVectors(corpus, options)).steps),
      finish((await trainItemVectors(corpus, options, hostWasm)).steps),
      finish((await trainItemVectors(corpus, { ...options, seed: 4 }, hostWasm)).steps),
    ];
    expect(spaces[1]).toEqual(spaces[0]);
    expect(spaces[2]!.vectors).not.toEqual(spaces[0]!.vectors);
    expect(loadItemSpace(saveItemSpace(spaces[0]!))).toEqual(spaces[0]);
  });

  test("come with progress that rises to 1", async () => {
    const { steps } = await trainItemVectors(corpus, { ...itemOptions, epochs: 3, dimensions: 16 }, hostWasm);
    const shares: number[] = [];
    for (const { share } of steps) shares.push(share);
    expect(shares.at(-1)).toBe(1);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(shares.length).toBeGreaterThan(2);
  });

  test.each([
    { window: 0 },
    { window: 51 },
    { subsample: -1 },
    { subsample: Number.NaN },
    { dimensions: 20 },
  ])("are refused for %j", (change) =>
    expect(trainItemVectors(corpus, { ...itemOptions, ...change })).rejects.toThrow(/not allowed/),
  );
  test.each([{ epochs: 0 }, { rate: 0 }, { rate: Number.NaN }])(
    "are refused for %j at the first step",
    async (change) => {
      const { steps } = await trainItemVectors(corpus, { ...itemOptions, ...change });
      expect(() => steps.next()).toThrow(/not allowed/);
    },
  );
  test("are refused without tracks", () =>
    expect(trainItemVectors(playlistCorpus([]), itemOptions)).rejects.toThrow(/nothing to draw/));
});

describe("a space of names", async () => {
  const space = finish((await trainNameSpace(corpus, nameOptions, hostWasm)).steps);
  const index = bruteForceIndex(space.tracks, "inner-product");
  const moods = (name: string) =>
    [...index.search(nameVector(space, name)!, 10).rows].map((row) => moodOf(space.tracks.ids[row]!));

  test.each([
    ["Chill Study", 0],
    ["CHÍLL", 0],
    ["studdy", 0],
    ["🌙", 0],
    ["Gym!!!", 1],
    ["work-out", 1],
    ["Fiesta 2025", 2],
    ["latinos", 2],
    ["jazzy", 3],
    ["🎷", 3],
  ])("scores tracks by the title %j alone", (name, mood) => {
    expect(moods(name).filter((each) => each === mood).length).toBeGreaterThanOrEqual(9);
  });

  test.each(["", "???", "\ud800", "zzqxv"])("knows nothing of %j", (name) =>
    expect(nameVector(space, name)).toBeNull(),
  );

  test("has the same bits from both engines", async () => {
    const options = { ...nameOptions, epochs: 1, buckets: 512, dimensions: 16 };
    const a = finish((await trainNameSpace(corpus, options)).steps);
    expect(finish((await trainNameSpace(corpus, options, hostWasm)).steps)).toEqual(a);
  });

  test("learns a track's own name", async () => {
    const trackNames = new Map(corpus.ids.map((id) => [id, id === "t7" ? "Quetzalcoatl" : "song"]));
    const named = finish(
      (await trainNameSpace(corpus, { ...nameOptions, epochs: 60, trackNames }, hostWasm)).steps,
    );
    const { rows } = bruteForceIndex(unitSpace(named.tracks), "inner-product").search(
      nameVector(named, "quetzalcoatl")!,
      3,
    );
    expect([...rows].map((row) => named.tracks.ids[row])).toContain("t7");
  });

  test("gives a finite vector or null for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (name) => {
        const vector = nameVector(space, name);
        expect(vector === null || vector.every(Number.isFinite)).toBe(true);
      }),
    );
  });

  test("loads as what it was saved", () => {
    const bytes = saveNameSpace(space);
    const loaded = loadNameSpace(bytes);
    expect(loaded.tracks).toEqual(space.tracks);
    expect(Buffer.compare(saveNameSpace(loaded), bytes)).toBe(0);
    expect(nameVector(loaded, "jazz")).toEqual(nameVector(space, "jazz"));
  });

  test("is refused when bytes are damaged or do not fit", () => {
    const small = { ...space, buckets: 2, bucketVectors: space.bucketVectors.slice(0, 128) };
    const bytes = saveNameSpace(small);
    for (let at = 0; at < bytes.length; at += 97) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1;
      expect(() => loadNameSpace(damaged)).toThrow(/not a saved model/);
    }
    expect(() => loadNameSpace(saveNameSpace({ ...small, buckets: 3 }))).toThrow(/buckets/);
    expect(() => loadNameSpace(saveNameSpace({ ...small, features: 2 as 1 }))).toThrow(/version 2/);
    const broken = { ...small, bucketVectors: small.bucketVectors.map(() => Number.NaN) };
    expect(() => loadNameSpace(saveNameSpace(broken))).toThrow(/finite/);
    expect(() => loadNameSpace(saveItemSpace(space.tracks))).toThrow(/another kind/);
  });
});

describe("a corpus", () => {
  test("keeps tracks of enough playlists, counts a track once per playlist, and any id", () => {
    const playlists = [
      { name: "x", trackIds: ["b", "a", "b", "__proto__"] },
      { trackIds: ["a", "__proto__", "c"] },
    ];
    const made = playlistCorpus(playlists, 2);
    expect(made.ids).toEqual(["__proto__", "a"]);
    expect([...made.counts]).toEqual([2, 2]);
    expect([...made.rows]).toEqual([1, 0, 1, 0]);
    expect([...made.starts]).toEqual([0, 2, 4]);
    expect(() => playlistCorpus(playlists, 0)).toThrow(/not allowed/);
  });
});
