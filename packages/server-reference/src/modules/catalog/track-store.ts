/** Tracks as they travel. */
import type {
  AlbumId,
  ArtistId,
  ArtistRef,
  AudioFeatures,
  HeadRef,
  RecordingId,
  Track,
  TrackId,
} from "@segue/core";
import type { Db } from "../../adapters/sql/tables";
import { imageUrl } from "./image-url";

/** Heads of some tracks, by track. */
export type HeadsOf = (ids: readonly TrackId[]) => Promise<ReadonlyMap<TrackId, HeadRef>>;

const FEATURES = [
  "tempo",
  "energy",
  "valence",
  "danceability",
  "acousticness",
  "speechiness",
  "instrumentalness",
  "liveness",
] as const;

/** Artists of each of `ids`, in their order. */
async function artistsOf(db: Db, ids: readonly string[]): Promise<Map<string, ArtistRef[]>> {
  const rows = await db
    .selectFrom("track_artists")
    .innerJoin("artists", "artists.id", "track_artists.artist_id")
    .select(["track_id", "artists.id", "artists.name"])
    .where("track_id", "in", ids)
    .orderBy("position")
    .execute();
  const artists = new Map<string, ArtistRef[]>();
  for (const { track_id, id, name } of rows) {
    const list = artists.get(track_id) ?? [];
    list.push({ id: id as ArtistId, name });
    artists.set(track_id, list);
  }
  return artists;
}

/** The tracks among `ids` that exist, in the order of `ids`, duplicates included. */
export async function readTracks(
  db: Db,
  ids: readonly string[],
  headsOf: HeadsOf,
): Promise<readonly Track[]> {
  const unique = [...new Set(ids)];
  if (unique.length === 0) return [];
  const [rows, artists, heads] = await Promise.all([
    db
      .selectFrom("tracks")
      .innerJoin("albums", "albums.id", "tracks.album_id")
      .innerJoin("recordings", "recordings.id", "tracks.recording_id")
      .leftJoin("media_states", "media_states.track_id", "tracks.id")
      .leftJoin("track_features", "track_features.track_id", "tracks.id")
      .select([
        "tracks.id",
        "tracks.recording_id",
        "tracks.title",
        "tracks.disc_number",
        "tracks.track_number",
      ])
      .select(["tracks.duration_ms", "tracks.explicit", "recordings.isrc", "media_states.state"])
      .select(["albums.id as album_id", "albums.title as album_title", "albums.image_hash"])
      .select(FEATURES)
      .where("tracks.id", "in", unique)
      .execute(),
    artistsOf(db, unique),
    headsOf(unique as TrackId[]),
  ]);
  const byId = new Map<string, Track>();
  for (const row of rows) {
    const features = Object.fromEntries(FEATURES.map((name) => [name, row[name]]));
    byId.set(row.id, {
      id: row.id as TrackId,
      recordingId: row.recording_id as RecordingId,
      title: row.title,
      artists: artists.get(row.id) ?? [],
      album: { id: row.album_id as AlbumId, title: row.album_title, imageUrl: imageUrl(row.image_hash) },
      discNumber: row.disc_number,
      trackNumber: row.track_number,
      durationMs: row.duration_ms,
      explicit: row.explicit === 1,
      isrc: row.isrc,
      features: row.tempo === null ? null : (features as unknown as AudioFeatures),
      mediaState: row.state ?? "preparing",
      head: heads.get(row.id as TrackId) ?? null,
    });
  }
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** The tracks that exist among `ids`. */
export async function readKnownTracks(db: Db, ids: readonly string[]): Promise<ReadonlySet<TrackId>> {
  if (ids.length === 0) return new Set();
  const rows = await db.selectFrom("tracks").select("id").where("id", "in", ids).execute();
  return new Set(rows.map((row) => row.id as TrackId));
}
