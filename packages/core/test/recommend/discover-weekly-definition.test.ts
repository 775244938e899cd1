import fc from "fast-check";
import { expect, it } from "vitest";
import { type Breadth, discoverWeekly } from "../../src/recommend/discover-weekly/discover-weekly";
import type { Proposals } from "../../src/recommend/discover-weekly/value";
import { unitSpace } from "../../src/recommend/neighbors/unit-space";
import { artistsOfRows, eligibilityOfRows } from "../../src/recommend/selection/listener";
import { trackTable } from "../../src/recommend/tracks/track-table";
import { plainDiscoverWeekly } from "./plain-discover-weekly";

const DIMENSIONS = 3;
/** Few whole numbers, so that scores, directions, plays and recordings are equal again and again. */
const tracks = fc.array(
  fc.record({
    vector: fc.array(fc.integer({ min: -1, max: 1 }), { minLength: DIMENSIONS, maxLength: DIMENSIONS }),
    recording: fc.nat(150),
    album: fc.nat(120),
    artist: fc.nat(90),
    plays: fc.nat(2),
    name: fc.constantFrom("é", "🎵", "a"),
  }),
  { minLength: 50, maxLength: 120, size: "max" },
);
const source = fc.record({
  signal: fc.constantFrom("collaborative", "text", "audio"),
  proposed: fc.array(fc.record({ track: fc.nat(), score: fc.integer({ min: -3, max: 3 }) }), {
    minLength: 20,
    maxLength: 150,
    size: "max",
  }),
});
const some = fc.array(fc.nat(), { maxLength: 8 });
const listener = fc.record({
  heard: some,
  liked: some,
  saved: some,
  hidden: some,
  known: some,
  tastes: fc.array(fc.nat(), { maxLength: 3 }),
  user: fc.string(),
  usual: fc.integer({ min: 20, max: 150 }),
});

it("Discover Weekly is what its definition gives, ties and all, whatever lists came before", () => {
  let lists = 0;
  fc.assert(
    fc.property(tracks, fc.array(source, { minLength: 1, maxLength: 3 }), listener, (all, sources, who) => {
      const table = trackTable(
        all.map(({ album, artist, name, plays, recording }, row) => ({
          id: `${name}${(row * 37) % 211}`,
          recordingId: `r${recording}`,
          albumId: `b${album}`,
          artistIds: [`a${artist}`],
          plays,
        })),
      );
      const { vectors } = unitSpace({
        ids: table.ids,
        dimensions: DIMENSIONS,
        vectors: Float32Array.from(all.flatMap(({ vector }) => vector)),
      });
      const rows = (numbers: readonly number[]) => numbers.map((number) => number % all.length);
      const { hidden, known, heard, liked, saved, tastes, usual, user } = who;
      const request = {
        userId: user,
        week: "2026-W48",
        modelVersion: "m1",
        table,
        eligibility: eligibilityOfRows(
          table,
          { heard: new Set(rows(heard)), liked: rows(liked), saved: rows(saved), hidden: rows(hidden) },
          (row) => row % 50 !== 49,
        ),
        knownArtists: artistsOfRows(table, rows(known)),
        vectors,
        dimensions: DIMENSIONS,
        centers: rows(tastes).map((row) => vectors.slice(row * DIMENSIONS, (row + 1) * DIMENSIONS)),
        propose: (breadth: Breadth) =>
          sources.map(({ proposed, signal }): Proposals => {
            const taken = breadth === "usual" ? proposed.slice(0, usual) : proposed;
            return {
              signal: signal as "text",
              rows: rows(taken.map(({ track }) => track)),
              scores: taken.map(({ score }) => score),
              reason: (row) => ({ signal: "popular", plays: row }),
            };
          }),
      };
      const artists = new Set(rows(known).map((row) => table.artists[row]!));
      const expected = plainDiscoverWeekly({ ...request, knownArtists: artists });
      if (!expected) {
        expect(() => discoverWeekly(request)).toThrow(expect.objectContaining({ code: "too_few_tracks" }));
        return;
      }
      lists++;
      const { breadth, tracks } = discoverWeekly(request);
      expect(breadth).toBe(expected.breadth);
      expect(tracks.map(({ novelty, prediction, track }) => ({ track, novelty, prediction }))).toEqual(
        expected.tracks,
      );
      for (const { reason, track } of tracks)
        expect(reason).toEqual({ signal: "popular", plays: table.rowOf.get(track) });
    }),
    // Making a counterexample of hundreds of numbers smaller takes minutes.
    { numRuns: 200, endOnFailure: true },
  );
  expect(lists).toBeGreaterThan(50);
});
