/** What the catalog is read from. */
import type { Album, Artist, Playlist, Shelf, Track, TrackId } from "@segue/core";
import type { Db } from "../../adapters/sql/tables";
import { readAlbums, readArtists, readPlaylists } from "./collection-store";
import { readHome } from "./home";
import { type CollectionKind, readAlbumIds, readTrackIds, type Slice } from "./list-store";
import { type HeadsOf, readKnownTracks, readTracks } from "./track-store";

/** Some ids, in order. */
type Ids = readonly { readonly id: string }[];

/** The catalog. What is asked for by ids comes in their order, without those that do not exist. */
export interface CatalogStore {
  /** The shelves of the first page. */
  home(): Promise<readonly Shelf[]>;
  /** Duplicates among `ids` come as often as they are asked for. */
  tracks(ids: readonly string[], headsOf: HeadsOf): Promise<readonly Track[]>;
  albums(ids: readonly string[]): Promise<readonly Album[]>;
  artists(ids: readonly string[]): Promise<readonly Artist[]>;
  playlists(ids: readonly string[]): Promise<readonly Playlist[]>;
  /** The tracks of the collection `id`; null when there is no such collection. */
  trackIds(kind: CollectionKind, id: string, slice: Slice): Promise<Ids | null>;
  /** The albums of an artist, the newest first. */
  albumIds(artistId: string, slice: Slice): Promise<Ids>;
  /** The tracks that exist among `ids`. */
  knownTracks(ids: readonly string[]): Promise<ReadonlySet<TrackId>>;
}

/** The catalog in the database. */
export function sqlCatalogStore(db: Db): CatalogStore {
  return {
    home: () => readHome(db),
    tracks: (ids, headsOf) => readTracks(db, ids, headsOf),
    albums: (ids) => readAlbums(db, ids),
    artists: (ids) => readArtists(db, ids),
    playlists: (ids) => readPlaylists(db, ids),
    trackIds: (kind, id, slice) => readTrackIds(db, kind, id, slice),
    albumIds: (artistId, slice) => readAlbumIds(db, artistId, slice),
    knownTracks: (ids) => readKnownTracks(db, ids),
  };
}
