/** Albums, artists and playlists as they travel. */
import type { Album, AlbumId, Artist, ArtistId, ArtistRef, Playlist, PlaylistId, UserId } from "@segue/core";
import type { Db } from "../../adapters/sql/tables";
import { imageUrl } from "./image-url";

const list = (json: string) => JSON.parse(json) as string[];
const inOrder = <T extends { readonly id: string }>(ids: readonly string[], found: readonly T[]): T[] => {
  const byId = new Map<string, T>(found.map((one) => [one.id, one]));
  return ids.flatMap((id) => byId.get(id) ?? []);
};

/** The albums among `ids` that exist, in their order. */
export async function readAlbums(db: Db, ids: readonly string[]): Promise<readonly Album[]> {
  if (ids.length === 0) return [];
  const [rows, artistRows, totals] = await Promise.all([
    db.selectFrom("albums").selectAll().where("id", "in", ids).execute(),
    db
      .selectFrom("album_artists")
      .innerJoin("artists", "artists.id", "album_artists.artist_id")
      .select(["album_id", "artists.id", "artists.name"])
      .where("album_id", "in", ids)
      .orderBy("position")
      .execute(),
    db
      .selectFrom("tracks")
      .select(({ fn }) => [
        "album_id",
        fn.countAll<number>().as("count"),
        fn.sum<number>("duration_ms").as("duration"),
      ])
      .where("album_id", "in", ids)
      .groupBy("album_id")
      .execute(),
  ]);
  const artists = new Map<string, ArtistRef[]>();
  for (const { album_id, id, name } of artistRows)
    artists.set(album_id, [...(artists.get(album_id) ?? []), { id: id as ArtistId, name }]);
  const total = new Map(totals.map((row) => [row.album_id, row]));
  const albums = rows.map((row) => ({
    id: row.id as AlbumId,
    title: row.title,
    artists: artists.get(row.id) ?? [],
    imageUrl: imageUrl(row.image_hash),
    releaseDate: row.release_date,
    genres: list(row.genres),
    trackCount: total.get(row.id)?.count ?? 0,
    durationMs: total.get(row.id)?.duration ?? 0,
  }));
  return inOrder(ids, albums);
}

/** The artists among `ids` that exist, in their order. */
export async function readArtists(db: Db, ids: readonly string[]): Promise<readonly Artist[]> {
  if (ids.length === 0) return [];
  const rows = await db.selectFrom("artists").selectAll().where("id", "in", ids).execute();
  const artists = rows.map((row) => ({
    id: row.id as ArtistId,
    name: row.name,
    genres: list(row.genres),
    imageUrl: imageUrl(row.image_hash),
  }));
  return inOrder(ids, artists);
}

/** The playlists among `ids` that exist, in their order. */
export async function readPlaylists(db: Db, ids: readonly string[]): Promise<readonly Playlist[]> {
  if (ids.length === 0) return [];
  const rows = await db
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
    .where("playlists.id", "in", ids)
    .execute();
  const playlists = rows.map((row) => ({
    id: row.id as PlaylistId,
    title: row.title,
    description: row.description,
    owner: { id: row.owner_id as UserId, name: row.owner_name },
    imageUrl: imageUrl(row.image_hash),
    trackCount: row.count ?? 0,
  }));
  return inOrder(ids, playlists);
}
