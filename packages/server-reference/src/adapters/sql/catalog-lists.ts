/** Which tracks and albums a list of the catalog holds, in which order. */
import type { AlbumId, ArtistId, PlaylistId, TrackId } from "@segue/core";
import type { CatalogStore, CollectionKind, Slice } from "../../modules/catalog/catalog-store";
import { compile } from "./compiled";
import type { SqlDatabase } from "./database";
import type { Database } from "./tables";

interface Page extends Slice {
  readonly id: string;
}
type Lists = Pick<
  CatalogStore,
  "trackIds" | "albumIds" | "popularAlbums" | "newestAlbums" | "popularArtists" | "popularPlaylists"
>;
const idsOf = <Id extends string>(rows: readonly { readonly id: string }[]) =>
  rows.map((row) => row.id as Id);

/** Lists in `database`. */
export function sqlCatalogLists(database: SqlDatabase<Database>): Lists {
  const known = (kind: CollectionKind) =>
    compile(database, (db, p: { id: string }) =>
      db.selectFrom(`${kind}s`).select("id").where("id", "=", p.id),
    );
  const exists = { album: known("album"), artist: known("artist"), playlist: known("playlist") };
  const tracks = tracksIn(database);
  const albumsOfArtist = compile(database, (db, p: Page) =>
    db
      .selectFrom("albums")
      .select("id")
      .where("id", "in", (eb) =>
        eb.selectFrom("album_artists").select("album_id").where("artist_id", "=", p.id),
      )
      .orderBy("release_date", (order) => order.desc().nullsLast())
      .orderBy("id")
      .offset(p.offset)
      .limit(p.limit),
  );
  const popular = (table: "albums" | "artists" | "playlists") =>
    compile(database, (db, p: { limit: number }) =>
      db.selectFrom(table).select("id").orderBy("popularity", "desc").orderBy("id").limit(p.limit),
    );
  const popularIn = {
    albums: popular("albums"),
    artists: popular("artists"),
    playlists: popular("playlists"),
  };
  // Two statements: the databases disagree on where an index has what is missing.
  const dated = compile(database, (db, p: { limit: number }) =>
    db
      .selectFrom("albums")
      .select("id")
      .where("release_date", ">=", "")
      .orderBy("release_date", "desc")
      .orderBy("id")
      .limit(p.limit),
  );
  const undated = compile(database, (db, p: { limit: number }) =>
    db
      .selectFrom("albums")
      .select("id")
      .where("release_date", "is", null)
      // All the same, but without it PostgreSQL does not see that the index has the order.
      .orderBy("release_date", "desc")
      .orderBy("id")
      .limit(p.limit),
  );

  return {
    async trackIds(kind, id, slice) {
      if (!(await exists[kind].first({ id }))) return null;
      return idsOf<TrackId>(await tracks[kind].all({ id, ...slice }));
    },
    albumIds: async (id, slice) => idsOf<AlbumId>(await albumsOfArtist.all({ id, ...slice })),
    popularAlbums: async (limit) => idsOf<AlbumId>(await popularIn.albums.all({ limit })),
    popularArtists: async (limit) => idsOf<ArtistId>(await popularIn.artists.all({ limit })),
    popularPlaylists: async (limit) => idsOf<PlaylistId>(await popularIn.playlists.all({ limit })),
    async newestAlbums(limit) {
      const newest = await dated.all({ limit });
      const rest = limit - newest.length;
      return idsOf<AlbumId>(rest > 0 ? [...newest, ...(await undated.all({ limit: rest }))] : newest);
    },
  };
}

const tracksIn = (database: SqlDatabase<Database>) => ({
  album: compile(database, (db, p: Page) =>
    db
      .selectFrom("tracks")
      .select("id")
      .where("album_id", "=", p.id)
      .orderBy("disc_number")
      .orderBy("track_number")
      .orderBy("id")
      .offset(p.offset)
      .limit(p.limit),
  ),
  artist: compile(database, (db, p: Page) =>
    db
      .selectFrom("track_artists")
      .innerJoin("tracks", "tracks.id", "track_artists.track_id")
      .select("tracks.id")
      .where("artist_id", "=", p.id)
      .orderBy("tracks.popularity", "desc")
      .orderBy("tracks.id")
      .offset(p.offset)
      .limit(p.limit),
  ),
  playlist: compile(database, (db, p: Page) =>
    db
      .selectFrom("playlist_items")
      .select("track_id as id")
      .where("playlist_id", "=", p.id)
      .orderBy("position")
      .offset(p.offset)
      .limit(p.limit),
  ),
});
