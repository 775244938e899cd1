import type { ErrorCode } from "../errors/error-table";
import type { Refusal } from "../grants/manifest";
import type { TrackId } from "../ids";
import type { PrefetchLatch } from "../prefetch/policy";
import type { QueueItem, QueueState } from "../queue/queue";
import type { Wish } from "../queue/wish";
import type { Frames, Hertz, Milliseconds } from "../units";

/** What the player is doing. */
export type PlaybackPhase =
  /** Nothing is current. */
  | "idle"
  /** The current item was asked for and is not audible yet. */
  | "loading"
  | "playing"
  | "paused"
  /** Sound stopped, or is about to come back: not enough is here yet. */
  | "buffering"
  /** The browser wants a listener's gesture before it lets anything sound. */
  | "blocked"
  /** The server prepares the current item's audio; it is asked again by itself. */
  | "preparing"
  /** The service refused the current item; see `refusal`. The next one follows by itself. */
  | "refused"
  /** The current item cannot be played; see `error`. */
  | "failed"
  /** The license ran out; see `error`. */
  | "expired";

/** What a manifest says that decisions need. */
export interface RenditionFacts {
  readonly sampleRateHz: Hertz;
  readonly totalFrames: Frames;
}

/** One pass of a queue item: an item that plays twice is two passes. */
export interface Pass {
  /** Unique per pass; the uid of the item on the engine's timeline. */
  readonly id: string;
  readonly item: QueueItem;
  /** `wanted`: grant asked for; `granted`: ready to place; `placed`: on the engine's timeline; `held`: could not be granted now. */
  readonly stage: "wanted" | "granted" | "placed" | "held";
  readonly facts: RenditionFacts | null;
  /** Failures in a row of this pass. */
  readonly attempts: number;
  /** Whether every byte of it has been fetched. */
  readonly complete: boolean;
  /** When its media URL is to be renewed, on the clock of `tick`; null before the grant and while a renewal is under way. */
  readonly renewAtMs: Milliseconds | null;
}

/** Everything the player decides upon. Plain data. */
export interface PlaybackState {
  readonly queue: QueueState;
  readonly phase: PlaybackPhase;
  /** Whether the listener wants sound. */
  readonly wantsSound: boolean;
  /** The current pass first, then those that were requested ahead of time. */
  readonly passes: readonly Pass[];
  readonly passCount: number;
  /** Last audible frame of the current pass. */
  readonly frame: Frames;
  /** Frame at which the current pass began to sound, or was last sought to. */
  readonly startFrame: Frames;
  /** Where the current pass is to begin once it is granted; null when that is its first frame, or it was placed. */
  readonly startMs: Milliseconds | null;
  /** Whether the current pass follows one that ended by itself while nothing was ready to join it. */
  readonly continues: boolean;
  readonly aheadMs: Milliseconds;
  readonly latch: PrefetchLatch;
  readonly refusal: Refusal | null;
  readonly error: ErrorCode | null;
  /** Items in a row that could not be played; bounds skipping. */
  readonly skipsInARow: number;
}

/** What happened. */
export type PlaybackInput =
  | Wish
  /**
   * Another device's session is followed: its queue is taken over. With `startMs` the player goes to that position of its
   * current item and plays or stands; without, what sounds goes on when it is still current.
   */
  | {
      readonly type: "adopt";
      readonly queue: QueueState;
      readonly startMs: Milliseconds | null;
      readonly play: boolean;
    }
  | ({ readonly type: "grant_arrived"; readonly facts: RenditionFacts } & FreshUrl)
  /** The answer to `refresh_grant`. */
  | ({ readonly type: "grant_renewed" } & FreshUrl)
  /** A `refresh_grant` that was not urgent was in vain. */
  | { readonly type: "renewal_failed"; readonly passId: string; readonly nowMs: Milliseconds }
  | { readonly type: "grant_refused"; readonly passId: string; readonly refusal: Refusal }
  | { readonly type: "grant_failed"; readonly passId: string; readonly code: ErrorCode }
  | { readonly type: "started"; readonly passId: string; readonly frame: Frames }
  | { readonly type: "position"; readonly passId: string; readonly frame: Frames }
  | { readonly type: "ended"; readonly passId: string }
  | {
      readonly type: "buffered";
      readonly passId: string;
      readonly aheadMs: Milliseconds;
      readonly complete: boolean;
    }
  | { readonly type: "stalled"; readonly passId: string }
  | { readonly type: "blocked" }
  | { readonly type: "failed"; readonly passId: string; readonly code: ErrorCode }
  | { readonly type: "engine_idle" }
  | { readonly type: "due"; readonly wait: Wait }
  /** Time went on. Comes now and then, and before a listener's wish that needs the network. */
  | { readonly type: "tick"; readonly nowMs: Milliseconds };

/** A media URL that has just arrived for a pass. */
interface FreshUrl {
  readonly passId: string;
  /** Any clock that goes on while the device sleeps, the same for every input. */
  readonly nowMs: Milliseconds;
  /** How long the URL works, as the server sees it. */
  readonly urlLifetimeMs: Milliseconds;
}

/** A reason to come back later. */
export interface Wait {
  /** `ask`: request the pass's grant again; `skip`: go on from an item that cannot be played. */
  readonly kind: "ask" | "skip";
  readonly passId: string;
}

/** Why a grant is asked for. */
export type GrantPurpose = "current" | "next" | "next_next";

/** What to do. The driver carries effects out in order. */
export type PlaybackEffect =
  /** Begin to fetch the track's head, in parallel with its grant. */
  | { readonly type: "fetch_head"; readonly passId: string; readonly item: QueueItem }
  /** Ask for a grant; answer with `grant_arrived`, `grant_refused` or `grant_failed`. */
  | {
      readonly type: "request_grant";
      readonly passId: string;
      readonly item: QueueItem;
      readonly trackId: TrackId;
      readonly purpose: GrantPurpose;
      /** Share of the current track that was audible, percent; null for the current one. */
      readonly atPercent: number | null;
    }
  /**
   * Ask for a fresh URL of a pass on the timeline, give it to the engine, and answer with `grant_renewed`. When that is in
   * vain, answer with `failed` if it was urgent (the old URL works no more), else with `renewal_failed`.
   */
  | {
      readonly type: "refresh_grant";
      readonly passId: string;
      readonly item: QueueItem;
      readonly urgent: boolean;
    }
  | { readonly type: "start"; readonly passId: string; readonly startFrame: Frames; readonly paused: boolean }
  | { readonly type: "append"; readonly passId: string }
  | { readonly type: "truncate_after"; readonly passId: string }
  | { readonly type: "seek"; readonly frame: Frames }
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  /** Come back with `due` after this long. */
  | { readonly type: "wait"; readonly afterMs: Milliseconds; readonly wait: Wait };

/** The state after an input, and what to do. */
export interface Step {
  readonly state: PlaybackState;
  readonly effects: readonly PlaybackEffect[];
}
