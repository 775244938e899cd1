/** The first page: shelves of what the catalog has. */
import type { Album, Shelf, ShelfItem } from "@segue/core";
import type { Catalog } from "./catalog";
import type { CatalogStore } from "./catalog-store";

type Order = Pick<CatalogStore, "popularAlbums" | "newestAlbums" | "popularArtists" | "popularPlaylists">;

const SHELF = 12;

/** The shelves; those with nothing in them are left out. */
export async function shelvesOf(
  order: Order,
  { albums, artists, playlists }: Pick<Catalog, "albums" | "artists" | "playlists">,
): Promise<readonly Shelf[]> {
  const albumItem = (album: Album): ShelfItem => ({ kind: "album", album });
  const [popular, lists, people, fresh] = await Promise.all([
    order.popularAlbums(SHELF).then(albums),
    order.popularPlaylists(SHELF).then(playlists),
    order.popularArtists(SHELF).then(artists),
    order.newestAlbums(SHELF).then(albums),
  ]);
  const shelves: readonly Shelf[] = [
    { id: "albums", title: "Albums", items: popular.map(albumItem) },
    { id: "playlists", title: "Playlists", items: lists.map((playlist) => ({ kind: "playlist", playlist })) },
    { id: "artists", title: "Artists", items: people.map((artist) => ({ kind: "artist", artist })) },
    { id: "new", title: "New releases", items: fresh.map(albumItem) },
  ];
  return shelves.filter((shelf) => shelf.items.length > 0);
}
