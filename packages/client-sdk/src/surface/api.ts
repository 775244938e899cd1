/** What the server is asked: the catalog, the listener, the devices. */
import type {
  Album,
  Artist,
  Capabilities,
  Device,
  Home,
  PlayCount,
  Playlist,
  Track,
  User,
} from "@segue/core";

export type {
  Capabilities,
  Capability,
  Device,
  Home,
  PlayCount,
  Shelf,
  ShelfItem,
  User,
} from "@segue/core";

export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page; null at the end. */
  readonly nextCursor: string | null;
}

export interface PageOptions {
  /** `nextCursor` of the page before; absent for the first one. */
  readonly cursor?: string;
  /** 1 to 100, default 50. */
  readonly limit?: number;
  /** Ends the call early; it then rejects with `aborted`. */
  readonly signal?: AbortSignal;
}
export interface CallOptions {
  /** Ends the call early; it then rejects with `aborted`. */
  readonly signal?: AbortSignal;
}

/**
 * Typed calls to the server. Every method rejects with a SegueError and nothing else: `invalid_id` before anything is sent,
 * `not_found`, `not_signed_in`, `network` and `timeout` after repetitions that were in vain, `rate_limited` with
 * `retryAfterMs`, `protocol` for an answer that breaks the specification. Objects are as the server sent them, checked.
 */
export interface Api {
  /** Needs no sign-in. */
  capabilities(options?: CallOptions): Promise<Capabilities>;
  me(options?: CallOptions): Promise<User>;
  home(options?: CallOptions): Promise<Home>;
  track(id: string, options?: CallOptions): Promise<Track>;
  /** At most 50 tracks by id. Unknown ones are left out. */
  tracks(ids: readonly string[], options?: CallOptions): Promise<readonly Track[]>;
  album(id: string, options?: CallOptions): Promise<Album>;
  /** In the order of the album. A track carries what an immediate start needs, for a while: show it, then play it. */
  albumTracks(id: string, options?: PageOptions): Promise<Page<Track>>;
  artist(id: string, options?: CallOptions): Promise<Artist>;
  artistAlbums(id: string, options?: PageOptions): Promise<Page<Album>>;
  artistTracks(id: string, options?: PageOptions): Promise<Page<Track>>;
  playlist(id: string, options?: CallOptions): Promise<Playlist>;
  playlistTracks(id: string, options?: PageOptions): Promise<Page<Track>>;
  /** How often each of `ids` was streamed; at most 100. Unknown tracks are left out. */
  playCounts(ids: readonly string[], options?: CallOptions): Promise<readonly PlayCount[]>;
  devices(options?: CallOptions): Promise<readonly Device[]>;
  /** Its licenses end with it. This program's own device registers again when it next plays. */
  removeDevice(id: string, options?: CallOptions): Promise<void>;
  /** Turns a path or URL from the server into an absolute URL, for images. */
  resolveUrl(url: string): string;
}
