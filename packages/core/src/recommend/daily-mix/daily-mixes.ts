import { SegueError } from "../../errors/segue-error";
import { bestClustering } from "../clusters/silhouette";
import type { WeightedPoints } from "../clusters/spherical-k-means";
import { type ItemSpace, rowsById } from "../item-space";
import type { NeighborIndex } from "../neighbors/neighbor-index";
import { randomStream, seedOf, shuffle } from "../random";
import { wholeNumber } from "../refuse";
import type { Eligibility } from "../selection/listener";
import { likestAmong, type Reason } from "../selection/reason";
import type { TasteProfile } from "../taste/profile";
import type { TrackTable } from "../tracks/track-table";
import { type KnownMix, matchMixes } from "./match-mixes";

/** Tracks of one mix. */
export const MIX_TRACKS = 50;
/** Most mixes of one listener. */
export const MOST_MIXES = 6;
const SMALLEST_CLUSTER = 8;
const FAMILIAR = 0.7;
const ARTIST_CAP = 4;

export interface DailyMixRequest {
  readonly userId: string;
  /** The day for which the mixes are made, such as 2026-11-24. */
  readonly day: string;
  readonly modelVersion: string;
  readonly profile: TasteProfile;
  readonly table: TrackTable;
  /** Tracks as unit vectors. */
  readonly space: ItemSpace;
  /** `inner-product` over `space`. */
  readonly index: NeighborIndex;
  /** For the new part of a mix. */
  readonly eligibility: Eligibility;
  /** Whether the listener could play a row of the table: for the familiar part. Default: all. */
  readonly playable?: (row: number) => boolean;
  /** A listener's vector from the tracks of one cluster alone; default: the cluster's center. */
  readonly foldIn?: (history: readonly { readonly item: string; readonly weight: number }[]) => Float32Array;
  /** The mixes that the listener has, whose identities go on. */
  readonly before?: readonly KnownMix[];
  /** Tracks of a mix. Default 50. */
  readonly size?: number;
}

export interface MixTrack {
  readonly track: string;
  /** Whether the listener's own taste holds it. */
  readonly familiar: boolean;
  readonly reason: Reason;
}

export interface DailyMix extends KnownMix {
  readonly tracks: readonly MixTrack[];
  /** The listener's tracks that the mix was made from: no track belongs to two mixes. */
  readonly cluster: readonly string[];
}

/**
 * One to six mixes from a listener's taste: the liked tracks in clusters (spherical k-means, their number by silhouette), 70 % of each
 * mix familiar and 30 % new, each with the identity of the mix that it continues. Clusters of fewer than 8 tracks make no mix,
 * unless there is no larger one. The same request gives the same mixes.
 * @throws SegueError `too_few_tracks` without a single liked track in the space; `invalid_argument`
 */
export function dailyMixes(request: DailyMixRequest): readonly DailyMix[] {
  const { profile, space, userId, modelVersion } = request;
  const size = wholeNumber("size", request.size ?? MIX_TRACKS, 1, 1000);
  const rowOf = rowsById(space);
  const liked = profile.tracks.flatMap(({ track, net }) => {
    const row = rowOf.get(track);
    return net > 0 && row !== undefined && !profile.hidden.has(track) ? [{ track, net, row }] : [];
  });
  if (liked.length === 0)
    throw new SegueError("too_few_tracks", { detail: "The profile likes no known track." });
  const points: WeightedPoints = {
    dimensions: space.dimensions,
    vectors: Float32Array.from(
      liked.flatMap(({ row }) => [
        ...space.vectors.subarray(row * space.dimensions, (row + 1) * space.dimensions),
      ]),
    ),
    weights: liked.map(({ net }) => net),
  };
  // The clusters of a listener whose taste stands still must not change from day to day.
  const { centers, clusterOf } = bestClustering(points, 2, MOST_MIXES, seedOf(userId, modelVersion));
  const clusters = centers
    .map((center, c) => ({ center, tracks: liked.filter((_, i) => clusterOf[i] === c) }))
    .sort((a, b) => b.tracks.length - a.tracks.length || (a.tracks[0]!.track < b.tracks[0]!.track ? -1 : 1));
  const large = clusters.filter(({ tracks }) => tracks.length >= SMALLEST_CLUSTER);
  const kept = large.length > 0 ? large : [{ center: centers[0]!, tracks: liked }];
  const taken = new Set<number>();
  const mixes = matchMixes(
    kept.map(({ center }) => center),
    request.before ?? [],
  );
  return kept.map(({ center, tracks }, i) => ({
    identity: mixes[i]!,
    center,
    cluster: tracks.map(({ track }) => track),
    tracks: fill(request, { center, tracks }, size, taken),
  }));
}

interface Cluster {
  readonly center: Float32Array;
  readonly tracks: readonly { readonly track: string; readonly net: number; readonly row: number }[];
}

/** Familiar and new tracks in an order of the day. `taken` holds the recordings of the mixes before. */
function fill(
  request: DailyMixRequest,
  cluster: Cluster,
  size: number,
  taken: Set<number>,
): readonly MixTrack[] {
  const { day, eligibility, index, modelVersion, playable = () => true, space, table, userId } = request;
  const ofArtist = new Map<number, number>();
  /** Takes a track unless its recording is there or its artist has enough. */
  const take = (track: string, may: (row: number) => boolean): boolean => {
    const row = table.rowOf.get(track);
    if (row === undefined || !may(row) || taken.has(table.recordings[row]!)) return false;
    const artist = table.artists[row]!;
    if ((ofArtist.get(artist) ?? 0) >= ARTIST_CAP) return false;
    ofArtist.set(artist, (ofArtist.get(artist) ?? 0) + 1);
    taken.add(table.recordings[row]!);
    return true;
  };
  const own = new Set(cluster.tracks.map(({ track }) => track));
  const history = cluster.tracks.map(({ track, net }) => ({ item: track, weight: net }));
  const query = request.foldIn?.(history) ?? cluster.center;
  const unfamiliar = (row: number) => eligibility.exclusion(row) === null;
  const mix: MixTrack[] = [];
  const wantedFamiliar = Math.round(size * FAMILIAR);
  for (const { net, track } of cluster.tracks) {
    if (mix.length === wantedFamiliar) break;
    if (take(track, playable)) mix.push({ track, familiar: true, reason: { signal: "taste", net } });
  }
  const near = index.search(query, Math.min(index.size, 8 * size), (row) => !own.has(space.ids[row]!)).rows;
  const ownRows = cluster.tracks.slice(0, 50).map(({ row }) => row);
  const reasonOf = likestAmong(space, ownRows);
  for (const row of near) {
    if (mix.length === size) break;
    const track = space.ids[row]!;
    if (take(track, unfamiliar)) mix.push({ track, familiar: false, reason: reasonOf(row) });
  }
  return shuffle(mix, randomStream(seedOf(userId, day, modelVersion, cluster.tracks[0]!.track)));
}
