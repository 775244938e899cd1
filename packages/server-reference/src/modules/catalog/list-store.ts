/** Which tracks and albums a collection holds, in which order. */
import type { Db } from "../../adapters/sql/tables";

/** Something that holds tracks. */
export type CollectionKind = "album" | "artist" | "playlist";

/** Which entries are wanted. */
export interface Slice {
  readonly offset: number;
  readonly limit: number;
}
type Ids = Promise<readonly { readonly id: string }[]>;

const readers: Readonly<Record<CollectionKind, (db: Db, id: string, slice: Slice) => Ids>> = {
  album: (db, id, { offset, limit }) =>
    db
      .selectFrom("tracks")
      .select("id")
      .where("album_id", "=", id)
      .orderBy("disc_number")
      .orderBy("track_number")
      .orderBy("id")
      .offset(offset)
      .limit(limit)
      .execute(),
  artist: (db, id, { offset, limit }) =>
    db
      .selectFrom("track_artists")
      .innerJoin("tracks", "tracks.id", "track_artists.track_id")
      .select("tracks.id")
      .where("artist_id", "=", id)
      .orderBy("tracks.popularity", "desc")
      .orderBy("tracks.id")
      .offset(offset)
      .limit(limit)
      .execute(),
  playlist: (db, id, { offset, limit }) =>
    db
      .selectFrom("playlist_items")
      .select("track_id as id")
      .where("playlist_id", "=", id)
      .orderBy("position")
      .offset(offset)
      .limit(limit)
      .execute(),
};

/** The tracks of the collection `id`; null when there is no such collection. */
export async function readTrackIds(db: Db, kind: CollectionKind, id: string, slice: Slice) {
  const known = await db.selectFrom(`${kind}s`).select("id").where("id", "=", id).executeTakeFirst();
  return known ? readers[kind](db, id, slice) : null;
}

/** The albums of an artist, the newest first. */
export function readAlbumIds(db: Db, artistId: string, { offset, limit }: Slice): Ids {
  return db
    .selectFrom("album_artists")
    .innerJoin("albums", "albums.id", "album_artists.album_id")
    .select("albums.id")
    .distinct()
    .where("artist_id", "=", artistId)
    .orderBy("albums.release_date", "desc")
    .orderBy("albums.id")
    .offset(offset)
    .limit(limit)
    .execute();
}
