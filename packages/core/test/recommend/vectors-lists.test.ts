import { matchMixes } from "../../src/recommend/daily-mix/match-mixes";
import { discoveries } from "../../src/recommend/discover-weekly/value";
import { randomStream, seedOf, shuffle } from "../../src/recommend/random";
import { eligibility } from "../../src/recommend/selection/listener";
import { maximalMarginalRelevance } from "../../src/recommend/selection/mmr";
import { tasteProfile } from "../../src/recommend/taste/profile";
import { trackTable } from "../../src/recommend/tracks/track-table";
import { type Case, describeVectors } from "./vector-files";

const float = (rows: readonly (readonly number[])[]) => Float32Array.from(rows.flat());

function offered(
  { acts, catalog, nowMs }: Case,
  change: { shiftMs?: number; recordings?: boolean } = {},
): number[] {
  const { recordings = true, shiftMs = 0 } = change;
  const table = trackTable(
    catalog.map((track: Case) => ({
      id: track.id,
      recordingId: recordings ? track.recording : track.id,
      albumId: track.album,
      artistIds: ["a"],
      plays: 0,
    })),
  );
  const events = acts.map((act: Case) =>
    act.kind === "play" ? { ...act, playedMs: 1, durationMs: 200_000 } : act,
  );
  const { exclusion } = eligibility(table, tasteProfile(events, { nowMs, table }), {
    nowMs: nowMs + shiftMs,
  });
  return table.ids.flatMap((_, row) => (exclusion(row) === null ? [row] : []));
}

function chosen({ candidates, count, most }: Case, lambda = 0.7): number[] {
  const ids = candidates.map(({ id }: Case) => id);
  const artists = [...new Set(candidates.map(({ artist }: Case) => artist))];
  const groupOf = Int32Array.from(candidates, ({ artist }: Case) => artists.indexOf(artist));
  return maximalMarginalRelevance(
    candidates.map(({ value }: Case, row: number) => ({ row, value })),
    {
      count,
      lambda,
      ids,
      vectors: float(candidates.map(({ vector }: Case) => vector)),
      dimensions: candidates[0].vector.length,
      caps: [{ groupOf, most }],
    },
  ).map(({ row }) => row);
}

function values(each: Case, change: { seed?: number; plays?: number } = {}): number[][] {
  const table = trackTable(
    each.plays.map((plays: number, row: number) => ({
      id: `t${row}`,
      recordingId: `r${row}`,
      albumId: `b${row}`,
      artistIds: [`a${row}`],
      plays: plays + (change.plays ?? 0),
    })),
  );
  const reason = () => ({ signal: "popular", plays: 0 }) as const;
  return discoveries(
    each.sources.map((source: Case) => ({ signal: "text", reason, ...source })),
    () => true,
    {
      table,
      knownArtists: new Set(each.known),
      vectors: float(each.vectors),
      centers: each.centers.map((center: number[]) => Float32Array.from(center)),
      seed: change.seed ?? seedOf(each.user, each.week, each.model),
    },
  )
    .map(({ row, value }) => [row, value])
    .sort(([a], [b]) => a! - b!);
}

const identities = ({ before, centers }: Case) =>
  matchMixes(
    centers.map((center: number[]) => Float32Array.from(center)),
    before.map((mix: Case) => ({ ...mix, center: Float32Array.from(mix.center) })),
  );

describeVectors({
  eligibility: {
    given: (each) => offered(each),
    expected: (each) =>
      each.offered.map((id: string) => each.catalog.findIndex((track: Case) => track.id === id)),
    tolerance: 0,
    wrong: {
      "a month that ends a millisecond early": (each) => offered(each, { shiftMs: 1 }),
      "releases taken one by one": (each) => offered(each, { recordings: false }),
      "the order in which acts are told": (each) =>
        offered({
          ...each,
          acts: each.acts.map((act: Case, i: number) => ({
            ...act,
            atMs: act.kind === "play" ? act.atMs : i,
          })),
        }),
    },
  },
  variety: {
    given: (each) => chosen(each),
    expected: (each) => each.chosen.map((id: string) => each.candidates.findIndex((c: Case) => c.id === id)),
    tolerance: 0,
    wrong: {
      "the value alone": (each) => chosen(each, 1),
      "no cap": (each) => chosen({ ...each, most: 99 }),
      "equal values in the order they come": (each) =>
        chosen({ ...each, candidates: each.candidates.map((c: Case, i: number) => ({ ...c, id: `${i}` })) }),
    },
  },
  value: {
    given: (each) => values(each),
    expected: (each) => each.values,
    tolerance: 1e-6,
    wrong: {
      "another seed": (each) => values(each, { seed: 1 }),
      "a play more for everybody": (each) => values(each, { plays: 1 }),
      "no tastes": (each) => values({ ...each, centers: [] }),
      "artists that are all new": (each) => values({ ...each, known: [] }),
    },
  },
  "mix-identity": {
    given: identities,
    expected: (each) => each.identities,
    tolerance: 0,
    wrong: {
      "clusters in the order they come": ({ centers }) => centers.map((_: number[], i: number) => i + 1),
      "identities drawn by lot": (each) => shuffle(identities(each), randomStream(1)),
      "the nearest mix of each": ({ before, centers }) =>
        centers.map((center: number[]) => {
          const cosine = (mix: Case) =>
            mix.center.reduce((sum: number, c: number, i: number) => sum + c * center[i]!, 0);
          return [...before].sort((a: Case, b: Case) => cosine(b) - cosine(a))[0]?.identity ?? 1;
        }),
    },
  },
});
