import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dailyMixes } from "../../src/recommend/daily-mix/daily-mixes";
import { matchMixes } from "../../src/recommend/daily-mix/match-mixes";
import { rowsById } from "../../src/recommend/item-space";
import { interleave, interleavingCredit } from "../../src/recommend/metrics/interleaving";
import { bruteForceIndex } from "../../src/recommend/neighbors/brute-force";
import { KdTree } from "../../src/recommend/neighbors/kd-tree";
import { radio, radioStation } from "../../src/recommend/radio/radio";
import { eligibility } from "../../src/recommend/selection/listener";
import { continuePlaylist } from "../../src/recommend/similar/continue-playlist";
import { fuse } from "../../src/recommend/similar/fuse";
import { similarTracks } from "../../src/recommend/similar/similar-tracks";
import type { TasteEvent } from "../../src/recommend/taste/events";
import { tasteProfile } from "../../src/recommend/taste/profile";
import { trainNameSpace } from "../../src/recommend/text/name-space";
import { playlistCorpus } from "../../src/recommend/text/playlists";
import { smallWorld } from "./small-world";

const NOW = Date.UTC(2026, 10, 24);
const world = smallWorld();
const { audio, index, space, styleOf, table } = world;
const ids = table.ids;

describe("Daily Mixes", () => {
  const events = (styles: readonly number[], per = 20): TasteEvent[] =>
    styles.flatMap((style) =>
      ids
        .map((track, row) => ({ track, row }))
        .filter(({ row }) => styleOf(row) === style)
        .slice(0, per)
        .map(({ track }): TasteEvent => ({ kind: "like", track, atMs: NOW - 1 })),
    );
  const mixesOf = (all: readonly TasteEvent[], more: Record<string, unknown> = {}) => {
    const profile = tasteProfile(all, { nowMs: NOW, table });
    return dailyMixes({
      userId: "usr_ada",
      day: "2026-11-24",
      modelVersion: "m1",
      profile,
      table,
      space,
      index,
      eligibility: eligibility(table, profile, { nowMs: NOW }),
      size: 20,
      ...more,
    });
  };

  it("are one for each kind of music that a listener likes, each of that kind", () => {
    for (const styles of [
      [0, 1],
      [0, 2, 4],
      [0, 1, 2, 3],
    ]) {
      const mixes = mixesOf(events(styles));
      expect(mixes.map(({ identity }) => identity).sort()).toEqual(styles.map((_, i) => i + 1));
      for (const mix of mixes) {
        expect(new Set(mix.tracks.map(({ track }) => styleOf(table.rowOf.get(track)!))).size).toBe(1);
        expect(mix.tracks).toHaveLength(20);
        expect(mix.tracks.filter(({ familiar }) => familiar).length).toBeLessThanOrEqual(14);
      }
    }
  });

  it("share no track, hold nothing hidden, and bring as new only what may be discovered", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(ids.length - 1), { minLength: 1, maxLength: 60 }),
        fc.nat(20),
        (rows, hide) => {
          const all = rows.map(
            (row, i): TasteEvent => ({ kind: i < hide ? "hide" : "like", track: ids[row]!, atMs: 1 }),
          );
          all.push(
            { kind: "like", track: ids[rows.at(-1)!]!, atMs: 2 },
            { kind: "unhide", track: ids[rows.at(-1)!]!, atMs: 2 },
          );
          const profile = tasteProfile(all, { nowMs: NOW, table });
          const mixes = mixesOf(all);
          expect(mixes.length).toBeGreaterThanOrEqual(1);
          expect(mixes.length).toBeLessThanOrEqual(6);
          const tracks = mixes.flatMap((mix) => mix.tracks);
          const recordings = tracks.map(({ track }) => table.recordings[table.rowOf.get(track)!]);
          expect(new Set(recordings).size).toBe(recordings.length);
          const clusters = mixes.flatMap(({ cluster }) => cluster);
          expect(new Set(clusters).size).toBe(clusters.length);
          for (const { familiar, track } of tracks) {
            expect(profile.hidden.has(track)).toBe(false);
            expect(profile.liked.has(track)).toBe(familiar);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("keep their identities while taste moves", () => {
    const before = mixesOf(events([0, 1, 2]));
    const after = mixesOf(events([2, 0], 30), { before, day: "2026-12-01" });
    const styleOfMix = (mix: (typeof before)[number]) => styleOf(table.rowOf.get(mix.tracks[0]!.track)!);
    const identities = new Map(before.map((mix) => [styleOfMix(mix), mix.identity]));
    expect(after).toHaveLength(2);
    for (const mix of after) expect(mix.identity).toBe(identities.get(styleOfMix(mix)));
  });

  it("are the same for the same day, in another order on another", () => {
    const first = mixesOf(events([0, 1]));
    expect(mixesOf(events([0, 1]).reverse())).toEqual(first);
    const next = mixesOf(events([0, 1]), { day: "2026-11-25" });
    expect(next.map(({ cluster }) => cluster)).toEqual(first.map(({ cluster }) => cluster));
    expect(next[0]!.tracks).not.toEqual(first[0]!.tracks);
  });

  it("of a listener who likes nothing are a typed error", () => {
    expect(() => mixesOf([])).toThrow(expect.objectContaining({ code: "too_few_tracks" }));
  });

  it("give every new cluster an identity of its own", () => {
    const unit = (...values: number[]) => Float32Array.from(values);
    const before = [
      { identity: 2, center: unit(1, 0) },
      { identity: 1, center: unit(0, 1) },
    ];
    expect(matchMixes([unit(0, 1), unit(1, 0), unit(-1, 0)], before)).toEqual([1, 2, 3]);
    expect(matchMixes([unit(-1, 0), unit(0.8, 0.6)], before)).toEqual([1, 2]);
    expect(matchMixes([], before)).toEqual([]);
    expect(() => matchMixes([unit(1, 0)], [before[0]!, before[0]!])).toThrow(/identity/);
  });
});

describe("radio", () => {
  const station = radioStation(audio, KdTree.build(audio), table);
  const session = fc.uniqueArray(fc.nat(ids.length - 1), { minLength: 1, maxLength: 8 });

  it("in strict mode is the 50 nearest tracks to the session's mean, and nothing but these", () => {
    const brute = bruteForceIndex(audio, "squared-l2");
    fc.assert(
      fc.property(session, (rows) => {
        const list = radio(station, { session: rows.map((row) => ({ track: ids[row]! })), mode: "strict" });
        const center = Float32Array.from(
          { length: 8 },
          (_, c) => rows.reduce((sum, row) => sum + audio.vectors[row * 8 + c]!, 0) / rows.length,
        );
        const nearest = brute.search(center, 50, (row) => !rows.includes(row)).rows;
        expect(list.map(({ track }) => track)).toEqual(Array.from(nearest, (row) => ids[row]!));
      }),
      { numRuns: 50 },
    );
  });

  it("in varied mode keeps to three of an artist and one of a recording, nearest first", () => {
    fc.assert(
      fc.property(session, (rows) => {
        const list = radio(station, { session: rows.map((row) => ({ track: ids[row]! })) });
        expect(list).toHaveLength(50);
        const at = list.map(({ track }) => table.rowOf.get(track)!);
        const counts = new Map<number, number>();
        for (const row of at) counts.set(table.artists[row]!, (counts.get(table.artists[row]!) ?? 0) + 1);
        expect(Math.max(...counts.values())).toBeLessThanOrEqual(3);
        const recordings = [...at, ...rows].map((row) => table.recordings[row]!);
        expect(new Set(recordings.slice(0, 50)).size).toBe(50);
        for (const row of rows) expect(recordings.slice(0, 50)).not.toContain(table.recordings[row]);
        const distances = list.map(({ reason }) => reason.distance);
        expect(distances).toEqual([...distances].sort((a, b) => a - b));
      }),
      { numRuns: 50 },
    );
  });

  it("does not listen to skipped tracks, and does not bring them back", () => {
    const heard = radio(station, { session: [{ track: ids[0]! }] }).map(({ track }) => track);
    const skipped = heard[0]!;
    const list = radio(station, { session: [{ track: ids[0]! }, { track: skipped, skipped: true }] });
    expect(list.map(({ track }) => track)).not.toContain(skipped);
    expect(list[0]!.track).toBe(heard[1]);
  });

  it("ends with what the catalog has", () => {
    const small = smallWorld({ tracks: 5 });
    const one = radioStation(small.audio, small.audioIndex, small.table);
    expect(radio(one, { session: [{ track: small.table.ids[0]! }] }).length).toBeLessThan(5);
    const single = smallWorld({ tracks: 1 });
    const lonely = radioStation(single.audio, single.audioIndex, single.table);
    expect(radio(lonely, { session: [{ track: single.table.ids[0]! }] })).toEqual([]);
  });

  it("without a heard track is a typed error", () => {
    for (const session of [[], [{ track: "unknown" }], [{ track: ids[0]!, skipped: true }]])
      expect(() => radio(station, { session })).toThrow(expect.objectContaining({ code: "no_seed" }));
  });
});

describe("similar tracks", () => {
  const spaces = [
    { signal: "collaborative" as const, space, index, rowOf: rowsById(space) },
    { signal: "audio" as const, space: audio, index: world.audioIndex, rowOf: rowsById(audio) },
  ];
  it("are of the same kind, each with its reasons, never the track nor another release of it", () => {
    const list = similarTracks(ids[8]!, { table, spaces, count: 10 });
    expect(list).toHaveLength(10);
    for (const { reasons, track } of list) {
      const row = table.rowOf.get(track)!;
      expect(styleOf(row)).toBe(styleOf(8));
      expect(table.recordings[row]).not.toBe(table.recordings[8]);
      expect(reasons.length).toBeGreaterThan(0);
    }
  });
  it("of a track that nothing knows are a typed error", () => {
    expect(() => similarTracks("unknown", { table, spaces })).toThrow(
      expect.objectContaining({ code: "no_seed" }),
    );
  });
  it("are fused by rank: a track of two lists comes before those of one", () => {
    const reason = () => ({ signal: "popular", plays: 1 }) as const;
    const list = fuse(
      [
        { tracks: ["a", "b", "c"], reason },
        { tracks: ["d", "c"], reason },
      ],
      3,
    );
    expect(list.map(({ track }) => track)).toEqual(["c", "a", "d"]);
    expect(list[0]!.score).toBeCloseTo(1 / 63 + 1 / 62, 12);
  });
});

describe("a continued playlist", () => {
  const titles = ["deep house night", "folk morning", "piano for focus", "metal gym", "jazz dinner"];
  const playlists = Array.from({ length: 100 }, (_, p) => ({
    name: `${titles[p % 5]} ${p}`,
    trackIds: ids.filter((_, row) => styleOf(row) === p % 5 && (row + p) % 7 === 0),
  }));

  it("goes on with tracks of the kind that its title names, or its tracks are", async () => {
    const { steps } = await trainNameSpace(playlistCorpus(playlists), {
      seed: 3,
      dimensions: 16,
      buckets: 4096,
    });
    let step = steps.next();
    while (!step.done) step = steps.next();
    const names = { space: step.value, index: bruteForceIndex(step.value.tracks, "inner-product") };
    const models = { table, names, items: { space, index, rowOf: rowsById(space) } };
    const kinds = (list: readonly { readonly track: string }[]) =>
      list.map(({ track }) => styleOf(table.rowOf.get(track)!));
    const named = continuePlaylist(models, { title: "Folk!", count: 10 });
    expect(kinds(named).filter((style) => style === 1).length).toBeGreaterThanOrEqual(9);
    expect(named[0]!.reasons[0]).toMatchObject({ signal: "text", names: ["folk"] });
    const seeds = ids.filter((_, row) => styleOf(row) === 3).slice(0, 5);
    const seeded = continuePlaylist(models, { seeds, count: 10 });
    expect(kinds(seeded).every((style) => style === 3)).toBe(true);
    for (const { track } of seeded) expect(seeds).not.toContain(track);
    expect(() => continuePlaylist(models, { title: "…" })).toThrow(
      expect.objectContaining({ code: "no_seed" }),
    );
  });
});

describe("interleaving", () => {
  it("keeps both orders, holds each track once, and gives the teams equal room", () => {
    const list = fc.uniqueArray(fc.nat(30).map(String), { maxLength: 20 });
    fc.assert(
      fc.property(list, list, fc.nat(40), fc.nat(2 ** 31), (a, b, count, seed) => {
        const mixed = interleave(a, b, count, seed);
        const tracks = mixed.map(({ track }) => track);
        expect(new Set(tracks).size).toBe(tracks.length);
        expect(tracks.length).toBe(Math.min(count, new Set([...a, ...b]).size));
        for (const [team, order] of [
          ["a", a],
          ["b", b],
        ] as const) {
          const places = mixed.filter((each) => each.team === team).map(({ track }) => order.indexOf(track));
          expect(places).toEqual([...places].sort((x, y) => x - y));
          expect(places).not.toContain(-1);
        }
      }),
    );
    const credits = Array.from({ length: 400 }, (_, seed) => {
      const same = ["1", "2", "3", "4"];
      return interleavingCredit(interleave(same, same, 4, seed), new Set(["1"]));
    });
    const sum = credits.reduce((total, credit) => total + credit, 0);
    expect(Math.abs(sum)).toBeLessThan(80);
    expect(new Set(credits)).toEqual(new Set([1, -1]));
  });
});
