import { createHash } from "node:crypto";
import { join } from "node:path";
import type { AudioFeatures } from "@segue/core";
import type { Transaction } from "kysely";
import { ContentStore } from "../adapters/files/content-store";
import type { Db } from "../adapters/sqlite/open";
import type { Database } from "../adapters/sqlite/schema";
import { drawArtwork } from "./artwork";
import { type StoredImage, storeImage } from "./images";
import { updateAlbumLoudness } from "./media-records";
import type { PlannedAlbum, PlannedTrack } from "./plan";

type Tx = Transaction<Database>;

/**
 * Gives albums and artists their pictures, and artists their genres. Both follow from what the catalog holds, so that
 * they do not depend on which file was ready first.
 */
export async function finishCatalog(db: Db, dataDir: string, plan: readonly PlannedTrack[]): Promise<void> {
  const store = new ContentStore(join(dataDir, "images"));
  const albums = new Map(plan.map((track) => [track.album.id, track.album]));
  for (const album of albums.values()) {
    const known = await db
      .selectFrom("albums")
      .select("image_hash")
      .where("id", "=", album.id)
      .executeTakeFirst();
    if (!known) continue;
    const cover = await coverOf(db, store, album);
    if (!cover || cover.hash === known.image_hash) continue;
    const path = `images/${cover.hash.slice(0, 2)}/${cover.hash}`;
    const image = { hash: cover.hash, mime: cover.mime, path, byte_length: cover.byteLength };
    await db.transaction().execute(async (tx) => {
      await tx
        .insertInto("images")
        .values(image)
        .onConflict((on) => on.doNothing())
        .execute();
      await tx.updateTable("albums").set({ image_hash: cover.hash }).where("id", "=", album.id).execute();
    });
  }
  const artists = plan.flatMap((track) => [track.album.artist, ...track.artists]);
  await db.transaction().execute(async (tx) => {
    for (const id of new Set(artists.map((artist) => artist.id))) await finishArtist(tx, id);
  });
}

/** The album's own picture, else one drawn from the features of its first track; null while there is none. */
async function coverOf(db: Db, store: ContentStore, album: PlannedAlbum): Promise<StoredImage | null> {
  if (album.cover && (await store.byteLength(album.cover.hash)) === album.cover.byteLength)
    return album.cover;
  const first = await db
    .selectFrom("tracks")
    .innerJoin("track_features", "track_features.track_id", "tracks.id")
    .selectAll("track_features")
    .where("album_id", "=", album.id)
    .orderBy("disc_number")
    .orderBy("track_number")
    .orderBy("tracks.id")
    .executeTakeFirst();
  if (!first) return null;
  const seed = Number.parseInt(createHash("sha256").update(album.id).digest("hex").slice(0, 8), 16);
  const bytes = Buffer.from(drawArtwork(first satisfies AudioFeatures, seed));
  return storeImage(store, "image/svg+xml", bytes);
}

async function finishArtist(tx: Tx, id: string): Promise<void> {
  const albums = await tx
    .selectFrom("albums")
    .select(["albums.id", "image_hash", "genres"])
    .where((eb) =>
      eb.or([
        eb("albums.id", "in", eb.selectFrom("album_artists").select("album_id").where("artist_id", "=", id)),
        eb(
          "albums.id",
          "in",
          eb
            .selectFrom("tracks")
            .innerJoin("track_artists", "track_artists.track_id", "tracks.id")
            .select("tracks.album_id")
            .where("artist_id", "=", id),
        ),
      ]),
    )
    .orderBy("release_date")
    .orderBy("albums.id")
    .execute();
  const genres = [...new Set(albums.flatMap((album) => JSON.parse(album.genres) as string[]))].slice(0, 10);
  const image = albums.find((album) => album.image_hash)?.image_hash ?? null;
  await tx
    .updateTable("artists")
    .set({ genres: JSON.stringify(genres), image_hash: image })
    .where("id", "=", id)
    .execute();
}

/** Removes tracks with everything that is only theirs. */
export async function removeTracks(tx: Tx, trackIds: readonly string[]): Promise<void> {
  for (const id of trackIds) {
    const track = await tx.selectFrom("tracks").select("album_id").where("id", "=", id).executeTakeFirst();
    await tx.deleteFrom("playlist_items").where("track_id", "=", id).execute();
    await tx.deleteFrom("media_jobs").where("subject", "=", id).execute();
    await tx.deleteFrom("ingest_files").where("track_id", "=", id).execute();
    await tx.deleteFrom("tracks").where("id", "=", id).execute();
    if (track) await updateAlbumLoudness(tx, track.album_id);
  }
  await removeEmpty(tx);
}

/** Removes albums without tracks, artists without credits and recordings without tracks. */
export async function removeEmpty(tx: Tx): Promise<void> {
  await tx
    .deleteFrom("albums")
    .where("id", "not in", (eb) => eb.selectFrom("tracks").select("album_id"))
    .execute();
  await tx
    .deleteFrom("artists")
    .where("id", "not in", (eb) => eb.selectFrom("track_artists").select("artist_id"))
    .where("id", "not in", (eb) => eb.selectFrom("album_artists").select("artist_id"))
    .execute();
  await tx
    .deleteFrom("recordings")
    .where("id", "not in", (eb) => eb.selectFrom("tracks").select("recording_id"))
    .execute();
}
