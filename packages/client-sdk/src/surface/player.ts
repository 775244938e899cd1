/** The queue and what plays of it. */
import type {
  Milliseconds,
  NormalizationMode,
  PlaybackPhase,
  Refusal,
  RepeatMode,
  SegueError,
  Track,
} from "@segue/core";

export type ContextKind = "album" | "playlist" | "artist" | "tracks";
/** What is played from. */
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
