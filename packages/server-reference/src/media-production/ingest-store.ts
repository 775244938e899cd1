import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Transaction } from "kysely";
import type { Database } from "../adapters/sqlite/schema";
import { drawArtwork } from "./artwork";
import type { Produced, StoredImage } from "./ingest-job";
import type { PlannedArtist, PlannedTrack } from "./ingest-plan";
import { ContentStore } from "./media-store";
import { setMediaState, storeMeasured, storeRenditions, updateAlbumLoudness } from "./store-media";

type Tx = Transaction<Database>;

/** The album's picture: the master's own, else one drawn from its features. */
export async function coverOf(
  dataDir: string,
  track: PlannedTrack,
  produced: Produced,
): Promise<StoredImage> {
  if (track.probed.cover) return track.probed.cover;
  const seed = Number.parseInt(createHash("sha256").update(track.album.id).digest("hex").slice(0, 8), 16);
  const bytes = Buffer.from(drawArtwork(produced.measured.features, seed));
  const hash = createHash("sha256").update(bytes).digest("hex");
  await new ContentStore(join(dataDir, "images")).put(hash, bytes);
  return { hash, mime: "image/svg+xml", byteLength: bytes.length };
}

/** Writes a track with everything it needs to be listed and played. */
export async function storeTrack(
  tx: Tx,
  track: PlannedTrack,
  produced: Produced,
  cover: StoredImage,
  now: number,
): Promise<void> {
  const { tags } = track.probed;
  const path = `images/${cover.hash.slice(0, 2)}/${cover.hash}`;
  const image = { hash: cover.hash, mime: cover.mime, path, byte_length: cover.byteLength };
  await tx
    .insertInto("images")
    .values(image)
    .onConflict((on) => on.doNothing())
    .execute();
  for (const artist of [track.album.artist, ...track.artists])
    await storeArtist(tx, artist, tags.genres, cover.hash);
  const album = {
    id: track.album.id,
    title: track.album.title,
    sort_title: track.album.title.replace(/^the /i, ""),
    image_hash: cover.hash,
    release_date: tags.releaseDate,
    genres: JSON.stringify(tags.genres),
    popularity: 1,
    added_at: now,
  };
  await tx
    .insertInto("albums")
    .values(album)
    .onConflict((on) => on.doNothing())
    .execute();
  const credit = { album_id: track.album.id, artist_id: track.album.artist.id, position: 0 };
  await tx
    .insertInto("album_artists")
    .values(credit)
    .onConflict((on) => on.doNothing())
    .execute();
  const recording = { id: track.recordingId, isrc: tags.isrc };
  await tx
    .insertInto("recordings")
    .values(recording)
    .onConflict((on) => on.doNothing())
    .execute();
  const row = {
    id: track.id,
    recording_id: track.recordingId,
    album_id: track.album.id,
    title: tags.title,
    disc_number: tags.discNumber,
    track_number: track.trackNumber,
    duration_ms: produced.measured.durationMs,
    popularity: 0.5,
    added_at: now,
  };
  await tx
    .insertInto("tracks")
    .values(row)
    .onConflict((on) => on.doNothing())
    .execute();
  for (const [position, artist] of track.artists.entries()) {
    const performer = { track_id: track.id, artist_id: artist.id, position };
    await tx
      .insertInto("track_artists")
      .values(performer)
      .onConflict((on) => on.doNothing())
      .execute();
  }
  for (const name of tags.genres) {
    await tx
      .insertInto("genres")
      .values({ name, profile: null })
      .onConflict((on) => on.doNothing())
      .execute();
  }
  await storeRenditions(tx, track.id, produced.renditions, now);
  await storeMeasured(tx, track.id, produced.measured, now);
  await updateAlbumLoudness(tx, track.album.id);
  await setMediaState(tx, track.id, "ready", null, now);
}

async function storeArtist(tx: Tx, { id, name }: PlannedArtist, genres: readonly string[], image: string) {
  const row = {
    id,
    name,
    sort_name: name.replace(/^the /i, ""),
    image_hash: image,
    genres: JSON.stringify(genres),
    popularity: 0.5,
  };
  await tx
    .insertInto("artists")
    .values(row)
    .onConflict((on) => on.doNothing())
    .execute();
}
