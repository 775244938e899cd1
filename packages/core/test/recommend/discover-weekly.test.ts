import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Breadth, discoverWeekly, PROPOSALS } from "../../src/recommend/discover-weekly/discover-weekly";
import type { Proposals } from "../../src/recommend/discover-weekly/value";
import { scoreOf } from "../../src/recommend/neighbors/neighbor-index";
import { eligibility, HEARD_MS } from "../../src/recommend/selection/listener";
import { likest, soundsLike } from "../../src/recommend/selection/reason";
import type { TasteEvent } from "../../src/recommend/taste/events";
import { tasteProfile } from "../../src/recommend/taste/profile";
import { smallWorld } from "./small-world";

const NOW = Date.UTC(2026, 10, 21, 20);
const world = smallWorld();
const { audio, audioIndex, index, space, table } = world;

const play = (row: number, atMs: number): TasteEvent => ({
  kind: "play",
  track: table.ids[row]!,
  atMs,
  playedMs: 180_000,
  durationMs: 200_000,
});

function propose(seeds: readonly number[], limit = Number.POSITIVE_INFINITY) {
  const mean = (vectors: Float32Array, dimensions: number) =>
    Float32Array.from({ length: dimensions }, (_, c) =>
      seeds.reduce((sum, row) => sum + vectors[row * dimensions + c]! / seeds.length, 0),
    );
  const taste = mean(space.vectors, space.dimensions);
  const sound = mean(audio.vectors, audio.dimensions);
  return (breadth: Breadth): readonly Proposals[] => {
    const wanted = PROPOSALS[breadth === "usual" ? "usual" : "wide"];
    const near = index.search(taste, Math.min(limit, wanted.collaborative));
    const alike = audioIndex.search(sound, Math.min(limit, wanted.audio));
    return [
      {
        signal: "collaborative",
        rows: near.rows,
        scores: Float32Array.from(near.distances, scoreOf),
        reason: (row) => likest(space, row, seeds),
      },
      {
        signal: "audio",
        rows: alike.rows,
        scores: Float32Array.from(alike.distances, (distance) => -distance),
        reason: (row) => soundsLike(audio, row, sound),
      },
    ];
  };
}

const request = (
  events: readonly TasteEvent[],
  seeds: readonly number[],
  more: Record<string, unknown> = {},
) => {
  const profile = tasteProfile(events, { nowMs: NOW, table });
  return {
    userId: "usr_ada",
    week: "2026-W48",
    modelVersion: "m1",
    table,
    eligibility: eligibility(table, profile, { nowMs: NOW }),
    knownArtists: new Set(
      [...profile.lastHeard.keys()].map((track) => table.artists[table.rowOf.get(track)!]!),
    ),
    vectors: space.vectors,
    dimensions: space.dimensions,
    centers: [],
    propose: propose(seeds),
    ...more,
  };
};

const row = fc.nat(table.ids.length - 1);
const history = fc
  .array(
    fc.record({
      row,
      ageMs: fc.integer({ min: 0, max: 2 * HEARD_MS }),
      kind: fc.constantFrom("play", "like", "save", "hide"),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((all) =>
    all.map(({ ageMs, kind, row: at }): TasteEvent => {
      const atMs = NOW - ageMs;
      return kind === "play" ? play(at, atMs) : { kind: kind as "like", track: table.ids[at]!, atMs };
    }),
  );

describe("Discover Weekly", () => {
  it("has 30 different recordings, none heard within 30 days, liked, saved or hidden, one of an artist", () => {
    fc.assert(
      fc.property(history, fc.uniqueArray(row, { minLength: 1, maxLength: 5 }), (events, seeds) => {
        const { breadth, tracks } = discoverWeekly(request(events, seeds));
        expect(tracks).toHaveLength(30);
        const rows = tracks.map(({ track }) => table.rowOf.get(track)!);
        const recordings = rows.map((at) => table.recordings[at]!);
        expect(new Set(recordings).size).toBe(30);
        const artists = rows.map((at) => table.artists[at]!);
        if (breadth === "usual" || breadth === "wide") expect(new Set(artists).size).toBe(30);
        for (const event of events) {
          if (!("track" in event)) continue;
          if (event.kind === "play" && NOW - event.atMs > HEARD_MS) continue;
          expect(recordings).not.toContain(table.recordings[table.rowOf.get(event.track)!]);
        }
        for (const { prediction, reason } of tracks) {
          expect(Number.isFinite(prediction)).toBe(true);
          expect(["collaborative", "audio"]).toContain(reason.signal);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is the same for the same listener, week and models, and another for another week", () => {
    const events = [play(0, NOW - 1), play(5, NOW - 2)];
    const first = discoverWeekly(request(events, [0, 5]));
    expect(discoverWeekly(request([...events].reverse(), [0, 5]))).toEqual(first);
    const tracksOf = (list: typeof first) => list.tracks.map(({ track }) => track).join();
    expect(tracksOf(discoverWeekly(request(events, [0, 5], { week: "2026-W49" })))).not.toBe(tracksOf(first));
    expect(tracksOf(discoverWeekly(request(events, [0, 5], { modelVersion: "m2" })))).not.toBe(
      tracksOf(first),
    );
  });

  it("does not depend on the order of its sources", () => {
    const events = [play(0, NOW - 1)];
    const both = propose([0, 5]);
    const first = discoverWeekly(request(events, [0, 5]));
    const turned = request(events, [0, 5], { propose: (breadth: Breadth) => [...both(breadth)].reverse() });
    expect(discoverWeekly(turned)).toEqual(first);
  });

  it("never brings back what was excluded since", () => {
    fc.assert(
      fc.property(row, fc.nat(29), (seed, place) => {
        const before = discoverWeekly(request([], [seed]));
        const gone = before.tracks[place]!.track;
        const after = discoverWeekly(request([{ kind: "hide", track: gone, atMs: NOW }], [seed]));
        expect(after.tracks.map(({ track }) => track)).not.toContain(gone);
        expect(after.tracks).toHaveLength(30);
      }),
      { numRuns: 30 },
    );
  });

  it("counts a track heard exactly 30 days ago as heard, and one a millisecond earlier as not", () => {
    const profileOf = (atMs: number) => tasteProfile([play(3, atMs)], { nowMs: NOW, table });
    const why = (atMs: number) => eligibility(table, profileOf(atMs), { nowMs: NOW }).exclusion(3);
    expect(why(NOW - HEARD_MS)).toBe("heard");
    expect(why(NOW - HEARD_MS - 1)).toBeNull();
    expect(why(NOW + 1)).toBe("heard");
  });

  it("excludes every release of a recording", () => {
    const profile = tasteProfile([{ kind: "like", track: table.ids[8]!, atMs: 1 }], { nowMs: NOW, table });
    const { exclusion } = eligibility(table, profile, { nowMs: NOW, playable: (at) => at !== 20 });
    expect([8, 9, 10, 20].map(exclusion)).toEqual(["liked", "liked", null, "unplayable"]);
  });

  it("looks further step by step when the usual search is short", () => {
    const usualOnly = propose([0, 5], 10);
    const widened = request([], [0, 5], {
      propose: (breadth: Breadth) => (breadth === "usual" ? usualOnly(breadth) : propose([0, 5])(breadth)),
    });
    expect(discoverWeekly(widened).breadth).toBe("wide");
    const few = Array.from({ length: 20 * 4 }, (_, at) => at);
    const twenty = (): readonly Proposals[] => [
      { signal: "collaborative", rows: few, scores: few, reason: () => ({ signal: "popular", plays: 0 }) },
    ];
    // Twenty artists with one album each allow twenty tracks, whatever an artist's cap is.
    expect(() => discoverWeekly(request([], [0], { propose: twenty }))).toThrow(
      expect.objectContaining({ code: "too_few_tracks", detail: expect.stringContaining("20 of 30") }),
    );
  });

  it("of a listener who likes everything is a typed error, not a short list", () => {
    const all = table.ids.map((track): TasteEvent => ({ kind: "like", track, atMs: 1 }));
    expect(() => discoverWeekly(request(all, [0]))).toThrow(
      expect.objectContaining({ code: "too_few_tracks", detail: expect.stringContaining("liked") }),
    );
  });

  it("refuses scores that are no numbers, and weeks that are none", () => {
    const broken = (): readonly Proposals[] => [
      { signal: "audio", rows: [1], scores: [Number.NaN], reason: () => ({ signal: "popular", plays: 0 }) },
    ];
    expect(() => discoverWeekly(request([], [0], { propose: broken }))).toThrow(/score/);
    expect(() => discoverWeekly(request([], [0], { week: "2026-W60" }))).toThrow(/week/);
  });
});
