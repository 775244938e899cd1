/** Albums, artists and playlists of the catalog in SQL. */
import type { AlbumId, ArtistId, ArtistRef, PlaylistId, UserId } from "@segue/core";
import type { CatalogStore } from "../../modules/catalog/catalog-store";
import { compile } from "./compiled";
import type { SqlDatabase } from "./database";
import type { Database } from "./tables";

const list = (json: string) => JSON.parse(json) as string[];

/** Collections in `database`. */
export function sqlCollections(
  database: SqlDatabase<Database>,
): Pick<CatalogStore, "albums" | "artists" | "playlists"> {
  const { isAmong } = database.dialect;
  const albums = compile(database, (db, p: { ids: string }) =>
    db
      .selectFrom("albums")
      .select(["id", "title", "image_hash", "release_date", "genres"])
      .where(({ ref }) => isAmong(ref("id"), p.ids)),
  );
  const albumArtists = compile(database, (db, p: { ids: string }) =>
    db
      .selectFrom("album_artists")
      .innerJoin("artists", "artists.id", "album_artists.artist_id")
      .select(["album_id", "artists.id", "artists.name"])
      .where(({ ref }) => isAmong(ref("album_id"), p.ids))
      .orderBy("position"),
  );
  const albumTotals = compile(database, (db, p: { ids: string }) =>
    db
      .selectFrom("tracks")
      .select(({ fn }) => [
        "album_id",
        fn.countAll<number>().as("count"),
        fn.sum<number>("duration_ms").as("duration"),
      ])
      .where(({ ref }) => isAmong(ref("album_id"), p.ids))
      .groupBy("album_id"),
  );
  const artists = compile(database, (db, p: { ids: string }) =>
    db
      .selectFrom("artists")
      .select(["id", "name", "genres", "image_hash"])
      .where(({ ref }) => isAmong(ref("id"), p.ids)),
  );
  const playlists = compile(database, (db, p: { ids: string }) =>
    db
      .selectFrom("playlists")
      .innerJoin("users", "users.id", "playlists.owner_id")
      .select(["playlists.id", "title", "description", "image_hash", "owner_id", "users.name as owner_name"])
      .select((eb) =>
        eb
          .selectFrom("playlist_items")
          .whereRef("playlist_id", "=", "playlists.id")
          .select(({ fn }) => fn.countAll<number>().as("n"))
          .as("count"),
      )
      .where(({ ref }) => isAmong(ref("playlists.id"), p.ids)),
  );

  return {
    async albums(ids) {
      const asked = { ids: JSON.stringify(ids) };
      const [rows, artistRows, totals] = await Promise.all([
        albums.all(asked),
        albumArtists.all(asked),
        albumTotals.all(asked),
      ]);
      const artistsOf = new Map<string, ArtistRef[]>(rows.map((row) => [row.id, []]));
      for (const { album_id, id, name } of artistRows)
        artistsOf.get(album_id)?.push({ id: id as ArtistId, name });
      const total = new Map(totals.map((row) => [row.album_id, row]));
      return rows.map((row) => ({
        id: row.id as AlbumId,
        title: row.title,
        artists: artistsOf.get(row.id)!,
        imageHash: row.image_hash,
        releaseDate: row.release_date,
        genres: list(row.genres),
        trackCount: total.get(row.id)?.count ?? 0,
        durationMs: total.get(row.id)?.duration ?? 0,
      }));
    },

    async artists(ids) {
      return (await artists.all({ ids: JSON.stringify(ids) })).map((row) => ({
        id: row.id as ArtistId,
        name: row.name,
        genres: list(row.genres),
        imageHash: row.image_hash,
      }));
    },

    async playlists(ids) {
      return (await playlists.all({ ids: JSON.stringify(ids) })).map((row) => ({
        id: row.id as PlaylistId,
        title: row.title,
        description: row.description,
        owner: { id: row.owner_id as UserId, name: row.owner_name },
        imageHash: row.image_hash,
        trackCount: row.count ?? 0,
      }));
    },
  };
}
