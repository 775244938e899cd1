import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { trackTable } from "../tracks/track-table";
import type { TasteEvent } from "./events";
import { tasteProfile } from "./profile";

const DAY = 86_400_000;
const NOW = 1_000 * DAY;
const table = trackTable(
  Array.from({ length: 8 }, (_, i) => ({
    id: `t${i}`,
    recordingId: `r${i}`,
    albumId: `a${i >> 1}`,
    artistIds: [`x${i % 3}`],
    genres: [i < 4 ? "house" : "folk"],
    plays: i,
  })),
);
const audio = {
  ids: table.ids,
  dimensions: 8,
  vectors: Float32Array.from({ length: 64 }, (_, i) => ((i * 37) % 11) - 5),
};
const options = { nowMs: NOW, table, audio };

const track = fc.integer({ min: 0, max: 9 }).map((i) => `t${i}`);
const atMs = fc.integer({ min: NOW - 40 * DAY, max: NOW });
const event: fc.Arbitrary<TasteEvent> = fc.oneof(
  fc.record({
    kind: fc.constant("play" as const),
    track,
    atMs,
    playedMs: fc.integer({ min: 0, max: 240_000 }),
    durationMs: fc.constant(200_000),
  }),
  fc.record({
    kind: fc.constantFrom("like", "unlike", "save", "unsave", "hide", "unhide", "playlist-add"),
    track,
    atMs,
  }),
  fc.record({
    kind: fc.constantFrom("save-album", "unsave-album"),
    album: fc.constantFrom("a0", "a9"),
    atMs,
  }),
  fc.record({ kind: fc.constantFrom("follow", "unfollow"), artist: fc.constantFrom("x0", "x1"), atMs }),
);

describe("a taste profile", () => {
  it("does not depend on the order of events, to the last bit", () => {
    fc.assert(
      fc.property(
        fc
          .array(event, { maxLength: 30 })
          .chain((events) =>
            fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
          ),
        ([events, shuffled]) => {
          const sorted = (profile: ReturnType<typeof tasteProfile>) => ({
            ...profile,
            lastHeard: [...profile.lastHeard].sort(),
          });
          expect(sorted(tasteProfile(shuffled, options))).toEqual(sorted(tasteProfile(events, options)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("holds no number that is not finite, whatever happened", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const profile = tasteProfile(events, options);
        for (const each of [...profile.tracks, ...profile.artists, ...profile.genres])
          expect(Number.isFinite(each.net)).toBe(true);
        for (const value of [...(profile.audio?.mean ?? []), ...(profile.audio?.variance ?? [])])
          expect(Number.isFinite(value)).toBe(true);
      }),
    );
  });

  it("of a listener without a past is empty", () => {
    const profile = tasteProfile([], options);
    expect(profile).toMatchObject({ tracks: [], artists: [], genres: [], audio: null });
    expect(profile.liked.size + profile.saved.size + profile.hidden.size + profile.lastHeard.size).toBe(0);
  });

  it("weighs acts and lets them fade: after 90 days half is left", () => {
    const { tracks } = tasteProfile(
      [
        { kind: "play", track: "t0", atMs: NOW, playedMs: 190_000, durationMs: 200_000 },
        { kind: "play", track: "t1", atMs: NOW - 90 * DAY, playedMs: 190_000, durationMs: 200_000 },
        { kind: "like", track: "t2", atMs: NOW },
        { kind: "play", track: "t3", atMs: NOW, playedMs: 5_000, durationMs: 200_000 },
      ],
      options,
    );
    expect(tracks.map(({ track: id, net }) => [id, net])).toEqual([
      ["t2", 4],
      ["t0", 1],
      ["t1", 0.5],
      ["t3", -0.5],
    ]);
  });

  it("takes the last word: liked, then not; a saved album saves its tracks", () => {
    const profile = tasteProfile(
      [
        { kind: "unlike", track: "t1", atMs: NOW - 1 },
        { kind: "like", track: "t1", atMs: NOW - 2 },
        { kind: "save-album", album: "a2", atMs: NOW - 3 },
        { kind: "hide", track: "t7", atMs: NOW },
      ],
      options,
    );
    expect([...profile.liked]).toEqual([]);
    expect([...profile.saved].sort()).toEqual(["t4", "t5"]);
    expect([...profile.hidden]).toEqual(["t7"]);
  });

  it("refuses acts without a time", () => {
    expect(() => tasteProfile([{ kind: "like", track: "t0", atMs: Number.NaN }], options)).toThrow(/time/);
  });
});
