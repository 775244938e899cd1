/** Tracks of the catalog in SQL. */
import type { AlbumId, ArtistId, ArtistRef, AudioFeatures, RecordingId, TrackId } from "@segue/core";
import type { CatalogStore } from "../../modules/catalog/catalog-store";
import { compile } from "./compiled";
import type { SqlDatabase } from "./database";
import type { Database } from "./tables";

const FEATURES = [
  "tempo",
  "energy",
  "valence",
  "danceability",
  "acousticness",
  "speechiness",
  "instrumentalness",
  "liveness",
] as const satisfies readonly (keyof AudioFeatures)[];

/** Tracks in `database`. */
export function sqlTracks(database: SqlDatabase<Database>): Pick<CatalogStore, "tracks" | "knownTracks"> {
  const { isAmong } = database.dialect;
  const found = compile(database, (db, p: { ids: string }) =>
    db
      .selectFrom("tracks")
      .innerJoin("albums", "albums.id", "tracks.album_id")
      .innerJoin("recordings", "recordings.id", "tracks.recording_id")
      .leftJoin("media_states", "media_states.track_id", "tracks.id")
      .leftJoin("track_features", "track_features.track_id", "tracks.id")
      .select(["tracks.id", "tracks.recording_id", "tracks.title", "tracks.disc_number"])
      .select(["tracks.track_number", "tracks.duration_ms", "tracks.explicit"])
      .select(["recordings.isrc", "media_states.state"])
      .select(["albums.id as album_id", "albums.title as album_title", "albums.image_hash"])
      .select(FEATURES)
      .where(({ ref }) => isAmong(ref("tracks.id"), p.ids)),
  );
  const artistsOf = compile(database, (db, p: { ids: string }) =>
    db
      .selectFrom("track_artists")
      .innerJoin("artists", "artists.id", "track_artists.artist_id")
      .select(["track_id", "artists.id", "artists.name"])
      .where(({ ref }) => isAmong(ref("track_id"), p.ids))
      .orderBy("position"),
  );
  const known = compile(database, (db, p: { ids: string }) =>
    db
      .selectFrom("tracks")
      .select("id")
      .where(({ ref }) => isAmong(ref("id"), p.ids)),
  );

  return {
    async tracks(ids) {
      const asked = { ids: JSON.stringify(ids) };
      const [rows, artistRows] = await Promise.all([found.all(asked), artistsOf.all(asked)]);
      const artists = new Map<string, ArtistRef[]>(rows.map((row) => [row.id, []]));
      for (const { track_id, id, name } of artistRows)
        artists.get(track_id)?.push({ id: id as ArtistId, name });
      return rows.map((row) => {
        const features = Object.fromEntries(FEATURES.map((name) => [name, row[name]]));
        return {
          id: row.id as TrackId,
          recordingId: row.recording_id as RecordingId,
          title: row.title,
          artists: artists.get(row.id)!,
          album: { id: row.album_id as AlbumId, title: row.album_title, imageHash: row.image_hash },
          discNumber: row.disc_number,
          trackNumber: row.track_number,
          durationMs: row.duration_ms,
          explicit: row.explicit === 1,
          isrc: row.isrc,
          features: row.tempo === null ? null : (features as unknown as AudioFeatures),
          mediaState: row.state ?? "preparing",
        };
      });
    },

    async knownTracks(ids) {
      if (ids.length === 0) return new Set();
      return new Set((await known.all({ ids: JSON.stringify(ids) })).map((row) => row.id as TrackId));
    },
  };
}
