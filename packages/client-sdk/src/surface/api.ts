/** What the server is asked: the catalog, the listener, the devices. */
import type { Album, Artist, DeviceId, Milliseconds, Plan, Playlist, Track, UserId } from "@segue/core";

export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page; null at the end. */
  readonly nextCursor: string | null;
}

export interface User {
  readonly id: UserId;
  readonly name: string;
  /** Decides the quality that is granted, and whether offline play is allowed. */
  readonly plan: Plan;
  /** ISO 3166-1 alpha-2 code: what is released there may be played. */
  readonly market: string;
  /** Whether tracks that are marked explicit are refused. */
  readonly explicitFilter: boolean;
}

export interface Device {
  readonly id: DeviceId;
  readonly name: string;
  readonly type: string;
  /** Milliseconds since the Unix epoch. */
  readonly registeredAt: Milliseconds;
  /** Milliseconds since the Unix epoch. */
  readonly lastSeenAt: Milliseconds;
  /** Whether it is this program. */
  readonly current: boolean;
}

export type ShelfItem =
  | { readonly kind: "album"; readonly album: Album }
  | { readonly kind: "artist"; readonly artist: Artist }
  | { readonly kind: "playlist"; readonly playlist: Playlist };
/** A row of the home page. */
export interface Shelf {
  readonly id: string;
  readonly title: string;
  readonly items: readonly ShelfItem[];
}

/** Something that a server may or may not do for this listener. */
export interface Capability {
  readonly name: string;
  readonly available: boolean;
  /** Why it is not available; null when it is. */
  readonly reason: string | null;
}
/** What the server, and this token, can do. Ask it rather than the version. */
export interface Capabilities {
  readonly protocolVersion: string;
  readonly server: { readonly name: string; readonly version: string };
  /** Whether this is a sandbox: demo listeners, a clock that can be moved, faults on demand. */
  readonly sandbox: boolean;
  /** OpenID issuer that signs listeners in. */
  readonly issuer?: string;
  /** Ids of the OAuth clients that the issuer knows, by grant. */
  readonly clients?: { readonly authorizationCode: string; readonly deviceCode: string };
  readonly codecs: readonly { readonly codec: string; readonly bitratesKbps: readonly number[] }[];
  readonly features: readonly Capability[];
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

/** How often a track was streamed. */
export interface PlayCount {
  readonly trackId: string;
  /** Streams by all listeners. */
  readonly plays: number;
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
  home(options?: CallOptions): Promise<{ readonly shelves: readonly Shelf[] }>;
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
