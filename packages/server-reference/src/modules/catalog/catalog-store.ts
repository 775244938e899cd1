/**
 * What the catalog is read from. Implementations: SQLite and PostgreSQL (`adapters/sql/catalog-store.ts`), which pass
 * `testing/catalog-store-suite.ts`.
 */
import type {
  Album,
  AlbumId,
  AlbumRef,
  Artist,
  ArtistId,
  Playlist,
  PlaylistId,
  Track,
  TrackId,
} from "@segue/core";

/** `Shown` as it is kept: its picture is named by the lower-case hex SHA-256; null for none. */
export type Stored<Shown extends { readonly imageUrl: string | null }> = Omit<Shown, "imageUrl"> & {
  readonly imageHash: string | null;
};
export type StoredAlbum = Stored<Album>;
export type StoredArtist = Stored<Artist>;
export type StoredPlaylist = Stored<Playlist>;
/** A track as it is kept: heads are made for whoever asks. */
export interface StoredTrack extends Omit<Track, "head" | "album"> {
  readonly album: Stored<AlbumRef>;
}

/** Something that holds tracks. */
export type CollectionKind = "album" | "artist" | "playlist";

/** Which entries are wanted. */
export interface Slice {
  readonly offset: number;
  readonly limit: number;
}

/** The catalog. What is asked for by ids is what exists among them, each once, in any order. */
export interface CatalogStore {
  tracks(ids: readonly string[]): Promise<readonly StoredTrack[]>;
  albums(ids: readonly string[]): Promise<readonly StoredAlbum[]>;
  artists(ids: readonly string[]): Promise<readonly StoredArtist[]>;
  playlists(ids: readonly string[]): Promise<readonly StoredPlaylist[]>;
  /** The tracks that exist among `ids`. */
  knownTracks(ids: readonly string[]): Promise<ReadonlySet<TrackId>>;
  /**
   * The tracks of the collection `id`: of an album by disc and number, of an artist the most popular first, of a playlist
   * in its order, with those that stand in it twice; null when there is no such collection.
   */
  trackIds(kind: CollectionKind, id: string, slice: Slice): Promise<readonly TrackId[] | null>;
  /** The albums of an artist, the newest first, those without a date last. */
  albumIds(artistId: string, slice: Slice): Promise<readonly AlbumId[]>;
  /** The most popular albums, then by id. */
  popularAlbums(limit: number): Promise<readonly AlbumId[]>;
  /** The albums that were released last, then by id; those without a date last. */
  newestAlbums(limit: number): Promise<readonly AlbumId[]>;
  /** The most popular artists, then by id. */
  popularArtists(limit: number): Promise<readonly ArtistId[]>;
  /** The most popular playlists, then by id. */
  popularPlaylists(limit: number): Promise<readonly PlaylistId[]>;
}
