/** The client as an application sees it; `createWebClient()` and `createNodeClient()` make one. */
import type {
  Album,
  Artist,
  Codec,
  DeviceId,
  ErrorCode,
  Milliseconds,
  NormalizationMode,
  Plan,
  Play,
  PlaybackPhase,
  Playlist,
  ReceiptStatus,
  Refusal,
  RepeatMode,
  SegueError,
  Track,
  UserId,
} from "@segue/core";
import type { EngineStats } from "./engine/engine-port";

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

export type AuthState =
  | {
      readonly kind: "signed_out";
      /**
       * Why a sign-in did not succeed or has ended by itself: `aborted` when the listener declined, `unauthenticated` when an
       * earlier sign-in no longer works, else what went wrong. null before any attempt and after `signOut()`.
       */
      readonly error: SegueError | null;
    }
  | { readonly kind: "signing_in" }
  | { readonly kind: "signed_in"; readonly user: User };

/** The code that a listener types on another device during the device grant. */
export interface DeviceCode {
  readonly userCode: string;
  readonly verificationUri: string;
  readonly verificationUriComplete: string | null;
  readonly expiresAt: Milliseconds;
}

export interface Auth {
  readonly state: AuthState;
  /** Resolves once an earlier sign-in was restored, or found to be absent. Never rejects. */
  whenReady(): Promise<AuthState>;
  /**
   * Browsers only: OAuth with PKCE, in a popup (default; call it from a click) or by leaving the page. After a redirect
   * `whenReady()` on the page that comes back says how it went. @throws SegueError `aborted` when the listener declined or
   * closed the window, or `signal` did; `sign_in_failed`
   */
  signIn(options?: { readonly mode?: "popup" | "redirect"; readonly signal?: AbortSignal }): Promise<User>;
  /**
   * For devices without a browser: calls `show` with a code and an address for the listener's phone, and resolves once the code
   * was approved there. @throws SegueError `aborted` when the listener declined, or `signal` did; `sign_in_failed`
   */
  signInWithDeviceCode(show: (code: DeviceCode) => void, options?: CallOptions): Promise<User>;
  /** Revokes the tokens and forgets them. */
  signOut(): Promise<void>;
}

/** What is played from. */
export type ContextKind = "album" | "playlist" | "artist" | "tracks";
/** What is being played from. */
export interface PlayContext {
  readonly kind: ContextKind;
  /** Id of the album, playlist or artist; null for a bare list of tracks. */
  readonly id: string | null;
  readonly title: string;
}
/** A track in the queue. */
export interface QueueEntry {
  /** Unique per occurrence in the queue. */
  readonly uid: string;
  readonly track: Track;
  readonly source: "context" | "up_next";
}
/** The player at one moment: immutable, a new object for each change. */
export interface PlayerState {
  readonly status: PlaybackPhase;
  readonly context: PlayContext | null;
  /** null exactly while `status` is `idle`. */
  readonly current: QueueEntry | null;
  /** The frame that was audible last, milliseconds from the start of the track. `player.positionMs()` says where it is now. */
  readonly positionMs: Milliseconds;
  /** 0 while nothing is current. */
  readonly durationMs: Milliseconds;
  /** Up to where, from the start of the track, sound can go on without the network. */
  readonly bufferedMs: Milliseconds;
  /** What the listener queued, next first: it goes before the rest of the context. */
  readonly upNext: readonly QueueEntry[];
  /** What then follows from the context, in the order in which it will play. */
  readonly contextNext: readonly QueueEntry[];
  /** What was played, newest last; at most 100 entries. */
  readonly history: readonly QueueEntry[];
  readonly shuffle: boolean;
  readonly repeat: RepeatMode;
  /** Linear, 0 to 1. */
  readonly volume: number;
  readonly normalization: NormalizationMode;
  /** Why the service does not play the current track; never set together with `error`. */
  readonly refusal: Refusal | null;
  readonly error: SegueError | null;
  readonly canPrevious: boolean;
  readonly canNext: boolean;
}

export interface PlayerEvents {
  /** Something changed. While a track plays, some five times a second. */
  state: [state: PlayerState];
  /** The current item changed and its first frame is audible. */
  track: [entry: QueueEntry];
  /** Something went wrong, also what the player gets over by itself; `state.error` says what stopped it. */
  error: [error: SegueError];
}

/**
 * Plays a queue as one continuous stream. Methods that return a promise resolve when the wish has come true, or as soon as it
 * is clear that it does not for now (`blocked`, `preparing`, `refused`); they reject with the SegueError of the track that
 * failed, `queue_empty`, `invalid_argument` or `closed`. The other methods throw the same.
 */
export interface Player {
  readonly state: PlayerState;
  /** Position now, extrapolated from the last audible frame. */
  positionMs(): Milliseconds;
  /** Calls `listener` at each event. Returns a function that stops it. */
  on<E extends keyof PlayerEvents>(event: E, listener: (...args: PlayerEvents[E]) => void): () => void;
  /** Plays `tracks` (1 to 10,000) from `startIndex`. Resolves when the first frame is audible, or the player is refused, blocked or preparing. */
  playContext(
    context: PlayContext,
    tracks: readonly Track[],
    options?: { readonly startIndex?: number; readonly shuffle?: boolean },
  ): Promise<void>;
  playAlbum(
    albumId: string,
    options?: { readonly startIndex?: number; readonly shuffle?: boolean },
  ): Promise<void>;
  playPlaylist(
    playlistId: string,
    options?: { readonly startIndex?: number; readonly shuffle?: boolean },
  ): Promise<void>;
  /** Goes on, or begins the context again after its end. In browsers, call it from a click or key press. */
  play(): Promise<void>;
  pause(): void;
  toggle(): Promise<void>;
  /**
   * To `ms` from the start of the track, kept within it. Before the track was granted, it begins there.
   * @throws SegueError `invalid_argument` when `ms` is not a finite number
   */
  seek(ms: Milliseconds): void;
  next(): Promise<void>;
  /** Back to the start of the track, or to the previous one within its first 3 s. */
  previous(): Promise<void>;
  /** To an entry of `upNext`, which drops those before it, or of the context. */
  skipTo(uid: string): Promise<void>;
  /** Behind what is up next. */
  addToQueue(tracks: readonly Track[]): void;
  /** Before what is up next. */
  playNext(tracks: readonly Track[]): void;
  removeFromQueue(uid: string): void;
  /** Moves an up-next entry before `beforeUid`, or to the end. */
  moveInQueue(uid: string, beforeUid: string | null): void;
  clearUpNext(): void;
  setShuffle(on: boolean): void;
  setRepeat(mode: RepeatMode): void;
  /** Linear, 0 to 1; takes effect within 5 ms, without a click. */
  setVolume(volume: number): void;
  /** Brings tracks, or albums as a whole, to −14 LUFS; takes effect with the next track that is loaded. */
  setNormalization(mode: NormalizationMode): void;
  /** Retries after `failed`, `refused` or `preparing`. */
  retry(): Promise<void>;
}

/** What became of a play that was reported. */
export interface PlayReport {
  readonly play: Play;
  readonly status: Exclude<ReceiptStatus, "retry">;
  /** Why; empty when there is nothing to say. */
  readonly reason: string;
  /** Whether the server counted it as a stream. */
  readonly counted: boolean;
}

export interface EventsEvents {
  /** The server said what became of a play. */
  report: [report: PlayReport];
  /** The server counted a play as a stream; it is part of the public counts. */
  counted: [report: PlayReport];
  /** How many plays wait to be reported. */
  pending: [count: number];
}

/** Reports of what was heard. They are recorded, kept and sent by themselves, also after a crash and after days offline. */
export interface Events {
  /** Plays of the listener that wait to be reported. */
  readonly pending: number;
  on<E extends keyof EventsEvents>(event: E, listener: (...args: EventsEvents[E]) => void): () => void;
  /** Sends what waits now. Resolves when nothing waits, or an attempt has failed. */
  flush(): Promise<void>;
}

/** How often a track was streamed. */
export interface PlayCount {
  readonly trackId: string;
  /** Streams by all listeners. */
  readonly plays: number;
}

export interface EventsSnapshot {
  /** `held`: nobody is signed in, or the server refused the listener. */
  readonly phase: "held" | "idle" | "waiting" | "sending";
  readonly pending: number;
  /** Failed attempts in a row. */
  readonly attempt: number;
  readonly error: ErrorCode | null;
  /** The play that goes on. */
  readonly open: { readonly trackId: string; readonly msPlayed: Milliseconds } | null;
}

/** One line of what the SDK did, newest last. */
export interface InspectorEntry {
  /** Milliseconds since the Unix epoch. */
  readonly at: Milliseconds;
  readonly kind: "start" | "head" | "grant" | "prefetch" | "range" | "join" | "license" | "error";
  readonly text: string;
}
/** What the SDK is doing, for a developer to look at. Holds no URL, token or key. */
export interface InspectorSnapshot {
  readonly engine: EngineStats | null;
  readonly deviceId: string | null;
  readonly license: {
    readonly status: string;
    readonly notAfterMs: Milliseconds | null;
    readonly seq: number | null;
  };
  /** Trusted time minus the wall clock, milliseconds. */
  readonly clockOffsetMs: Milliseconds | null;
  readonly next: {
    readonly uid: string;
    readonly title: string;
    readonly requestedAtPercent: number | null;
  } | null;
  readonly nextNext: {
    readonly uid: string;
    readonly title: string;
    readonly requestedAtPercent: number | null;
  } | null;
  /** Milliseconds from play() to the first audible frame of the last start, and its steps. */
  readonly lastStart: {
    readonly totalMs: Milliseconds;
    readonly steps: Readonly<Record<string, Milliseconds>>;
  } | null;
  /** The outbox of play events. */
  readonly events: EventsSnapshot;
  readonly log: readonly InspectorEntry[];
}

/** A device of the listener, as the Connect session knows it. */
export interface ConnectDevice {
  readonly id: DeviceId;
  readonly name: string;
  readonly type: string;
  /** Whether it is this program. */
  readonly isThis: boolean;
  /** Whether it has the right to sound. */
  readonly isActive: boolean;
  readonly online: boolean;
  /** Whether it may still sound although it cannot be reached. */
  readonly detached: boolean;
  readonly canPlay: boolean;
  /** 0 to 1; null while it is not known. */
  readonly volume: number | null;
  readonly volumeFixed: boolean;
}

export type ConnectStatus =
  /** Not started. */
  | "off"
  | "connecting"
  | "online"
  /** See `error`; this device's player works all the same. `start()` tries again. */
  | "unavailable";

/** The listener's session as it is everywhere. */
export interface ConnectState {
  readonly status: ConnectStatus;
  readonly error: SegueError | null;
  readonly thisDeviceId: DeviceId | null;
  /** Devices that are connected, and those that may still sound. */
  readonly devices: readonly ConnectDevice[];
  /** Null when none has the right to sound, as during a transfer. */
  readonly activeDeviceId: DeviceId | null;
  readonly isActiveHere: boolean;
  /** Whether this device may sound for the session. */
  readonly right: "none" | "held" | "lapsed" | "detached";
  /** What the listener wants: playing or not. */
  readonly playing: boolean;
  readonly buffering: boolean;
  /** Why the active device cannot play, as a code of the error table; null when it can. */
  readonly errorCode: string | null;
  readonly context: PlayContext | null;
  /** Tracks whose title is still empty are being read; another `state` follows. */
  readonly current: QueueEntry | null;
  readonly upNext: readonly QueueEntry[];
  readonly contextNext: readonly QueueEntry[];
  readonly history: readonly QueueEntry[];
  readonly shuffle: boolean;
  readonly repeat: RepeatMode;
  /** 0 when it is not known. */
  readonly durationMs: Milliseconds;
  readonly transfer: {
    readonly fromDeviceId: DeviceId | null;
    readonly toDeviceId: DeviceId;
    /** Whether the new device may sound and is only being waited for. */
    readonly granted: boolean;
    /** How long an old device that cannot be reached is waited for at most; null when none is. Offer `force` then. */
    readonly waitsMs: Milliseconds | null;
  } | null;
}

export interface ConnectEvents {
  state: [state: ConnectState];
}

/**
 * One playback session on all of a listener's devices. Commands go to wherever the session sounds. They reject with
 * SegueError: `network` without a connection, `device_unknown`, `device_unreachable`, `restricted`, `conflict`, `timeout`,
 * `rate_limited`, `unauthenticated`. While this device is online, `client.player.play…()` here takes the session over.
 */
export interface Connect {
  readonly state: ConnectState;
  on<E extends keyof ConnectEvents>(event: E, listener: (...args: ConnectEvents[E]) => void): () => void;
  /** Joins the session whenever somebody is signed in, and comes back after a loss. Idempotent. */
  start(): void;
  /** Leaves it; what sounds here for the session stops. */
  stop(): void;
  /** Position now on the active device, extrapolated. */
  positionMs(): Milliseconds;
  /** How far `positionMs()` may be off; null before the server's clock is known. */
  uncertaintyMs(): Milliseconds | null;
  play(): Promise<void>;
  pause(): Promise<void>;
  toggle(): Promise<void>;
  /** @throws SegueError `invalid_argument` */
  seek(ms: Milliseconds): Promise<void>;
  next(): Promise<void>;
  /** Back to the start of the track, or to the previous one within its first 3 s. */
  previous(): Promise<void>;
  skipTo(uid: string): Promise<void>;
  /** Volume of one device, 0 to 1. */
  setVolume(deviceId: string, volume: number): Promise<void>;
  setShuffle(on: boolean): Promise<void>;
  setRepeat(mode: RepeatMode): Promise<void>;
  addToQueue(tracks: readonly Track[]): Promise<void>;
  playNext(tracks: readonly Track[]): Promise<void>;
  removeFromQueue(uid: string): Promise<void>;
  moveInQueue(uid: string, beforeUid: string | null): Promise<void>;
  clearUpNext(): Promise<void>;
  /** Plays 1 to 1,000 tracks on a device, the active one unless `deviceId` says otherwise. */
  playContext(
    context: PlayContext,
    tracks: readonly Track[],
    options?: {
      readonly startIndex?: number;
      readonly shuffle?: boolean;
      readonly deviceId?: string;
      readonly force?: boolean;
    },
  ): Promise<void>;
  /**
   * Moves the session to a device; resolves once it sounds there, or stands ready. `force` starts without waiting for an
   * old device that cannot be reached; tell the listener that it may still sound. `play` plays or pauses with it.
   */
  transfer(deviceId: string, options?: { readonly force?: boolean; readonly play?: boolean }): Promise<void>;
}

export interface SegueClient {
  readonly auth: Auth;
  readonly api: Api;
  readonly player: Player;
  readonly events: Events;
  readonly connect: Connect;
  onAuth(listener: (state: AuthState) => void): () => void;
  inspect(): InspectorSnapshot;
  /** Stops the sound and frees everything. The sign-in is kept; `auth.signOut()` ends it. */
  close(): Promise<void>;
}

/** Options that every client shares. */
export interface ClientOptions {
  /** Origin of the server, such as `http://127.0.0.1:4600`. */
  readonly serverUrl: string;
  /** OAuth client id registered at the server. Default `segue-web-player` in browsers, `segue-device` in Node. */
  readonly clientId?: string;
  /** Shown in the listener's list of devices. Default `Web player` in browsers, the host's name in Node. */
  readonly deviceName?: string;
  /** What to ask for, best first, of what this device can play. Default: all of it, Vorbis before AAC. */
  readonly codecs?: readonly Codec[];
}

export type { ErrorCode };
