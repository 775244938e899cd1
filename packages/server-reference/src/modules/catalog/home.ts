/** The first page: shelves of what the catalog has. */
import type { Shelf, ShelfItem } from "@segue/core";
import type { Db } from "../../adapters/sql/tables";
import { readAlbums, readArtists, readPlaylists } from "./collection-store";

const SHELF = 12;

/** The shelves; those with nothing in them are left out. */
export async function readHome(db: Db): Promise<readonly Shelf[]> {
  const [popular, fresh, artists, playlists] = await Promise.all([
    db.selectFrom("albums").select("id").orderBy("popularity", "desc").orderBy("id").limit(SHELF).execute(),
    db.selectFrom("albums").select("id").orderBy("release_date", "desc").orderBy("id").limit(SHELF).execute(),
    db.selectFrom("artists").select("id").orderBy("popularity", "desc").orderBy("id").limit(SHELF).execute(),
    db
      .selectFrom("playlists")
      .select("id")
      .orderBy("popularity", "desc")
      .orderBy("id")
      .limit(SHELF)
      .execute(),
  ]);
  const ids = (rows: readonly { id: string }[]) => rows.map((row) => row.id);
  const albumItems = async (rows: readonly { id: string }[]): Promise<ShelfItem[]> =>
    (await readAlbums(db, ids(rows))).map((album) => ({ kind: "album", album }));
  const shelves: Shelf[] = [
    { id: "albums", title: "Albums", items: await albumItems(popular) },
    {
      id: "playlists",
      title: "Playlists",
      items: (await readPlaylists(db, ids(playlists))).map((playlist) => ({ kind: "playlist", playlist })),
    },
    {
      id: "artists",
      title: "Artists",
      items: (await readArtists(db, ids(artists))).map((artist) => ({ kind: "artist", artist })),
    },
    { id: "new", title: "New releases", items: await albumItems(fresh) },
  ];
  return shelves.filter((shelf) => shelf.items.length > 0);
}
