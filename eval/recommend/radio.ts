import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  audioSpace,
  bruteForceIndex,
  FEATURE_NAMES,
  type FeaturedTrack,
  type ItemSpace,
  KdTree,
  meanVector,
  measureStandardization,
  type Neighbors,
  randomStream,
} from "@segue/core/recommend";
import { parseCsv } from "./csv";
import { DatasetError } from "./datasets";

const SESSIONS = 500;
const LENGTH = 50;

interface Catalog {
  readonly tracks: readonly FeaturedTrack[];
  readonly artists: readonly string[];
  readonly refused: number;
}

/** Tracks with all eight features from the first .csv of `folder` that has them, each id once. @throws DatasetError */
export function readCatalog(folder: string): Catalog {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".csv"))) {
    const [header, ...rows] = parseCsv(readFileSync(join(folder, file), "utf8"));
    const names = (header ?? []).map((name) => name.trim().toLowerCase().replace(/ /g, "_"));
    const find = (...wanted: string[]) => names.findIndex((name) => wanted.includes(name));
    const id = find("id", "track_id", "song_id", "uri");
    const artist = find("artists", "artist", "artist_name", "track_artist", "artist_names");
    const columns = FEATURE_NAMES.map((name) => find(name));
    if (id < 0 || artist < 0 || columns.some((column) => column < 0)) continue;
    const tracks = new Map<string, { track: FeaturedTrack; artist: string }>();
    let refused = 0;
    for (const row of rows) {
      const features = Object.fromEntries(
        FEATURE_NAMES.map((name, c) => [name, Number(row[columns[c]!] || Number.NaN)]),
      );
      const track = { id: row[id] ?? "", features: features as unknown as FeaturedTrack["features"] };
      try {
        measureStandardization([track]);
      } catch {
        refused++;
        continue;
      }
      tracks.set(track.id, { track, artist: row[artist] ?? "" });
    }
    if (tracks.size > LENGTH) {
      const all = [...tracks.values()];
      return { tracks: all.map((each) => each.track), artists: all.map((each) => each.artist), refused };
    }
  }
  throw new DatasetError(`${folder} has no .csv with an id, artists and ${FEATURE_NAMES.join(", ")}.`);
}

/** Rows of a session: up to five tracks of one artist. */
function sessionOf(byArtist: readonly (readonly number[])[], draw: (bound: number) => number): number[] {
  const rows = byArtist[draw(byArtist.length)]!;
  const start = draw(rows.length);
  return rows.slice(start, start + 5);
}

const same = (a: Neighbors, b: Neighbors) =>
  a.rows.filter((row) => b.rows.includes(row)).length / b.rows.length;

/** Radio over real features: the tree beside brute force, and how often the nearest are of the session's artist. */
export async function evaluateRadio(folder: string, seed: number): Promise<void> {
  const { tracks, artists, refused } = readCatalog(folder);
  const space: ItemSpace = audioSpace(tracks, measureStandardization(tracks));
  const tree = KdTree.build(space);
  const brute = bruteForceIndex(space, "squared-l2");
  const groups = new Map<string, number[]>();
  for (const [row, artist] of artists.entries()) groups.set(artist, [...(groups.get(artist) ?? []), row]);
  const byArtist = [...groups.values()];
  const random = randomStream(seed);
  let recall = 0;
  let identical = 0;
  let artistHits = 0;
  let artistChance = 0;
  let treeSeconds = 0;
  for (let n = 0; n < SESSIONS; n++) {
    const session = sessionOf(byArtist, (bound) => random.below(bound));
    const query = meanVector(space, session);
    const accept = (row: number) => !session.includes(row);
    const started = process.cpuUsage();
    const found = tree.search(query, LENGTH, accept);
    treeSeconds += process.cpuUsage(started).user / 1e6;
    const exact = brute.search(query, LENGTH, accept);
    recall += same(found, exact) / SESSIONS;
    if (found.rows.every((row, at) => row === exact.rows[at])) identical++;
    const artist = artists[session[0]!]!;
    artistHits += found.rows.filter((row) => artists[row] === artist).length / found.rows.length / SESSIONS;
    artistChance +=
      (groups.get(artist)!.length - session.length) / (tracks.length - session.length) / SESSIONS;
  }
  console.log(
    `${folder}: ${tracks.length} tracks of ${groups.size} artists, ${refused} rows without all features`,
  );
  console.log(`${SESSIONS} sessions of up to 5 tracks of one artist, ${LENGTH} nearest, seed ${seed}`);
  console.log(
    `recall against brute force   ${recall.toFixed(4)}  (${identical} of ${SESSIONS} lists identical, ties included)`,
  );
  console.log(
    `of the session's artist      ${artistHits.toFixed(4)}  (by chance ${artistChance.toFixed(4)})`,
  );
  console.log(`searches per CPU second      ${(SESSIONS / treeSeconds).toFixed(0)}`);
}
