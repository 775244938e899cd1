import type { Transaction } from "kysely";
import type { Database } from "../adapters/sqlite/schema";
import type { Production } from "../production/produce";
import { setMediaState, storeMeasured, storeRenditions, updateAlbumLoudness } from "./media-records";
import { ownRecordingOf, type PlannedAlbum, type PlannedArtist, type PlannedTrack } from "./plan";

type Tx = Transaction<Database>;

/**
 * Writes what the catalog says of a track: a new one, or one that is there already and whose tags, place or length
 * changed. Pictures and what artists have in common are written at the end of a run.
 * @param durationMs null keeps the one it has
 */
export async function storeTrack(
  tx: Tx,
  track: PlannedTrack,
  durationMs: number | null,
  now: number,
): Promise<void> {
  const { tags } = track.probed;
  for (const artist of [track.album.artist, ...track.artists]) await storeArtist(tx, artist);
  await storeAlbum(tx, track.album, now);
  const before = await tx
    .selectFrom("tracks")
    .select(["recording_id", "duration_ms", "album_id"])
    .where("id", "=", track.id)
    .executeTakeFirst();
  const recording = track.recordingId ?? before?.recording_id ?? ownRecordingOf(track.probed.contentHash);
  await tx
    .insertInto("recordings")
    .values({ id: recording, isrc: tags.isrc })
    .onConflict((on) => on.doNothing())
    .execute();
  const row = {
    recording_id: recording,
    album_id: track.album.id,
    title: tags.title,
    disc_number: tags.discNumber,
    track_number: track.trackNumber,
    duration_ms: durationMs ?? before?.duration_ms ?? 0,
  };
  await tx
    .insertInto("tracks")
    .values({ id: track.id, popularity: 0.5, added_at: now, ...row })
    .onConflict((on) => on.column("id").doUpdateSet(row))
    .execute();
  await tx.deleteFrom("track_artists").where("track_id", "=", track.id).execute();
  const credits = new Map(track.artists.map((artist) => [artist.id, artist]));
  const performers = [...credits.keys()].map((artist_id, position) => ({
    track_id: track.id,
    artist_id,
    position,
  }));
  await tx.insertInto("track_artists").values(performers).execute();
  for (const name of tags.genres) {
    await tx
      .insertInto("genres")
      .values({ name, profile: null })
      .onConflict((on) => on.doNothing())
      .execute();
  }
  if (before && before.album_id !== track.album.id) await updateAlbumLoudness(tx, before.album_id);
  await updateAlbumLoudness(tx, track.album.id);
}

/** Writes what was made of a track. `replaces`: none of its earlier renditions stays. */
export async function storeProduced(
  tx: Tx,
  track: PlannedTrack,
  { renditions, measured }: Production,
  { replaces, now }: { readonly replaces: boolean; readonly now: number },
): Promise<void> {
  if (replaces) await tx.deleteFrom("renditions").where("track_id", "=", track.id).execute();
  await storeRenditions(tx, track.id, renditions, now);
  if (measured) {
    await storeMeasured(tx, track.id, measured, now);
    await updateAlbumLoudness(tx, track.album.id);
  }
  if (replaces) await setMediaState(tx, track.id, "ready", null, now);
}

async function storeAlbum(tx: Tx, album: PlannedAlbum, now: number): Promise<void> {
  const row = {
    title: album.title,
    sort_title: album.title.replace(/^the /i, ""),
    release_date: album.releaseDate,
    genres: JSON.stringify(album.genres),
  };
  await tx
    .insertInto("albums")
    .values({ id: album.id, popularity: 1, added_at: now, ...row })
    .onConflict((on) => on.column("id").doUpdateSet(row))
    .execute();
  await tx.deleteFrom("album_artists").where("album_id", "=", album.id).execute();
  await tx
    .insertInto("album_artists")
    .values({ album_id: album.id, artist_id: album.artist.id, position: 0 })
    .execute();
}

async function storeArtist(tx: Tx, { id, name }: PlannedArtist): Promise<void> {
  await tx
    .insertInto("artists")
    .values({ id, name, sort_name: name.replace(/^the /i, ""), popularity: 0.5 })
    .onConflict((on) => on.doNothing())
    .execute();
}
