import type { Bytes, Frames, LicenseState, Manifest, Milliseconds, SegueError } from "@segue/core";

/** A rendition placed on the engine's continuous timeline. */
export interface EngineItem {
  /** Queue item uid; unique on the timeline. */
  readonly uid: string;
  readonly manifest: Manifest;
  /** AES-256-GCM segment key, not extractable, usage `decrypt`. */
  readonly segmentKey: CryptoKey;
  /** First frame to play, counted after trimming. */
  readonly startFrame: Frames;
  /** Linear gain from loudness normalization, at most 1 / peak. */
  readonly gain: number;
}

/** The encrypted head of a rendition, asked for before its grant has arrived. */
export interface HeadRequest {
  readonly renditionId: string;
  readonly url: string;
  readonly byteLength: Bytes;
}

/** What happened on the timeline. Positions are those of audible frames, as counted by the output. */
export type EngineEvent =
  /** The first frame of the item is audible; its count of played frames begins. */
  | { readonly type: "started"; readonly uid: string; readonly frame: Frames }
  | {
      readonly type: "position";
      readonly uid: string;
      readonly frame: Frames;
      /** Frames of the item that were audible since it started, over all jumps; a passage heard twice counts twice. */
      readonly framesPlayed: Frames;
    }
  | { readonly type: "ended"; readonly uid: string; readonly framesPlayed: Frames }
  | {
      readonly type: "buffered";
      readonly uid: string;
      readonly aheadMs: Milliseconds;
      readonly fetchedBytes: Bytes;
      readonly complete: boolean;
    }
  | { readonly type: "stalled"; readonly uid: string }
  | { readonly type: "blocked" }
  | { readonly type: "failed"; readonly uid: string; readonly error: SegueError }
  | { readonly type: "idle" };

/** Counters that teach what the engine does; shown by the inspector. */
export interface EngineStats {
  readonly output: "shared-memory" | "messages" | "node";
  readonly contextSampleRateHz: number;
  readonly outputLatencyMs: Milliseconds;
  readonly ringFillMs: Milliseconds;
  readonly rangesFetched: number;
  readonly bytesFetched: Bytes;
  readonly segmentsDecrypted: number;
  readonly framesPlayed: Frames;
  readonly underrunFrames: Frames;
  /** Silent frames at the last join of two items. */
  readonly lastJoinGapFrames: Frames | null;
  readonly ranges: readonly {
    readonly uid: string;
    readonly start: Bytes;
    readonly end: Bytes;
    readonly ms: Milliseconds;
  }[];
}

/** Turns renditions into one continuous stream of sound. All work happens away from the caller's thread where there is one. */
export interface Engine {
  /** Creates the output and warms the decoders. Call it from a user gesture in browsers. @throws SegueError `output_failed` */
  prepare(): Promise<void>;
  /** Begins to fetch a head; `start` and `append` use its bytes. Idempotent per rendition. */
  fetchHead(head: HeadRequest): void;
  /** Drops the timeline and begins with `item`, sounding as soon as 1.0 s is decodable unless paused. */
  start(item: EngineItem, options: { readonly paused: boolean }): void;
  /** Plays `item` right after the last item on the timeline, with no frame between. */
  append(item: EngineItem): void;
  /** Drops every item after `uid` whose first frame is not audible yet. */
  truncateAfter(uid: string): void;
  /** Continues the current item at `frame`; later items stay on the timeline. */
  seek(frame: Frames): void;
  pause(): void;
  /** Resolves when nothing can be heard any more after `pause`, the output's latency included; or when sound is wanted again. */
  whenSilent(): Promise<void>;
  /** @throws SegueError `output_blocked` when the browser wants a user gesture first */
  resume(): Promise<void>;
  /** Linear volume, 0 to 1. Applied at the output without clicks. */
  setVolume(volume: number): void;
  /** Replaces the license against which the gate is asked before each segment is decrypted. */
  setLicense(license: LicenseState): void;
  /** Gives an item a fresh media URL after `failed` with `url_expired`, and continues it. */
  replaceUrl(uid: string, url: string): void;
  on(listener: (event: EngineEvent) => void): () => void;
  stats(): EngineStats;
  /** Stops the sound and frees every resource. */
  close(): Promise<void>;
}
