/** Puts the catalog of a suite into the tables. */
import type { Transaction } from "kysely";
import { hashOf, idOf, type PlantedCatalog, type PlantedTrack } from "../../../testing/planted-catalog";
import type { SqlDatabase } from "../database";
import type { Database } from "../tables";

type Tx = Transaction<Database>;

async function plantTrack(tx: Tx, track: PlantedTrack): Promise<void> {
  const { id, albumId, artists = [], availability = {}, features, loudness, mediaState } = track;
  const recording = idOf("recording", id);
  await tx
    .insertInto("recordings")
    .values({ id: recording, isrc: track.isrc ?? null })
    .execute();
  await tx
    .insertInto("tracks")
    .values({
      id,
      recording_id: recording,
      album_id: albumId,
      title: track.title ?? id,
      disc_number: track.disc ?? 1,
      track_number: track.number ?? 1,
      duration_ms: track.durationMs ?? 1000,
      explicit: track.explicit ? 1 : 0,
      popularity: track.popularity ?? 0,
      markets: availability.markets ? JSON.stringify(availability.markets) : null,
      available_from: availability.from ?? null,
      available_until: availability.until ?? null,
      added_at: 0,
    })
    .execute();
  for (const [position, artist_id] of artists.entries())
    await tx.insertInto("track_artists").values({ track_id: id, artist_id, position }).execute();
  if (mediaState) {
    const values = { track_id: id, state: mediaState, reason: null, updated_at: 0 };
    await tx.insertInto("media_states").values(values).execute();
  }
  if (features)
    await tx
      .insertInto("track_features")
      .values({ track_id: id, version: "1", ...features })
      .execute();
  if (loudness)
    await tx
      .insertInto("track_loudness")
      .values({
        track_id: id,
        track_lufs: loudness.trackLufs,
        track_peak: loudness.trackPeak,
        album_lufs: loudness.albumLufs,
        album_peak: loudness.albumPeak,
      })
      .execute();
  for (const rendition of track.renditions ?? [])
    await tx
      .insertInto("renditions")
      .values({
        id: rendition.id,
        track_id: id,
        codec: rendition.codec,
        tier: rendition.tier,
        sample_rate: rendition.sampleRateHz,
        channels: rendition.channels,
        trim_start: rendition.trimStartFrames,
        trim_end: rendition.trimEndFrames,
        total_frames: rendition.totalFrames,
        media_hash: rendition.hash,
        byte_length: rendition.byteLength,
        key_id: rendition.keyId,
        salt: rendition.salt,
        nonce_prefix: rendition.noncePrefix,
        plaintext_hash: rendition.plaintextHash,
        encoder: "test",
        created_at: 0,
      })
      .execute();
}

/** Inserts `catalog` into `database`. */
export async function plantCatalog(
  database: SqlDatabase<Database>,
  { images = [], artists = [], albums = [], tracks = [], playlists = [] }: PlantedCatalog,
): Promise<void> {
  await database.transaction(async (tx) => {
    for (const image of images)
      await tx
        .insertInto("images")
        .values({ ...image, byte_length: 1 })
        .execute();
    for (const { id, name = id, genres = [], imageHash = null, popularity = 0 } of artists)
      await tx
        .insertInto("artists")
        .values({
          id,
          name,
          sort_name: name,
          image_hash: imageHash,
          genres: JSON.stringify(genres),
          popularity,
        })
        .execute();
    for (const album of albums) {
      const { id, title = id, genres = [], imageHash = null, popularity = 0 } = album;
      await tx
        .insertInto("albums")
        .values({
          id,
          title,
          sort_title: title,
          image_hash: imageHash,
          release_date: album.releaseDate ?? null,
          genres: JSON.stringify(genres),
          popularity,
          added_at: 0,
          loudness_lufs: null,
          loudness_peak: null,
        })
        .execute();
      for (const [position, artist_id] of (album.artists ?? []).entries())
        await tx.insertInto("album_artists").values({ album_id: id, artist_id, position }).execute();
    }
    for (const track of tracks) await plantTrack(tx, track);
    for (const {
      id,
      owner,
      title = id,
      description = "",
      imageHash = null,
      popularity = 0,
      tracks,
    } of playlists) {
      await tx
        .insertInto("users")
        .values({
          id: owner.id,
          name: owner.name,
          login: hashOf(owner.id),
          password_hash: null,
          plan: "free",
          market: "DE",
          created_at: 0,
        })
        .onConflict((on) => on.column("id").doNothing())
        .execute();
      await tx
        .insertInto("playlists")
        .values({
          id,
          title,
          description,
          owner_id: owner.id,
          image_hash: imageHash,
          popularity,
          created_at: 0,
        })
        .execute();
      for (const [position, track_id] of (tracks ?? []).entries())
        await tx
          .insertInto("playlist_items")
          .values({ playlist_id: id, position, track_id, added_at: 0 })
          .execute();
    }
  });
}
