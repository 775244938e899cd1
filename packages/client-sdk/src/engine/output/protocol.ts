import type { Frames } from "@segue/core";

/** What the engine tells an output. Frame positions count from the last `flush`. */
export type OutputCommand =
  /** Forgets everything and begins stream `epoch`; `memory` is its ring, absent when blocks come as messages. */
  | {
      readonly type: "flush";
      readonly epoch: number;
      readonly fadeIn: boolean;
      readonly memory?: SharedArrayBuffer | undefined;
    }
  | {
      readonly type: "pcm";
      readonly epoch: number;
      readonly left: Float32Array;
      readonly right: Float32Array;
    }
  /** The item numbered `id` begins at `frame`. */
  | { readonly type: "mark"; readonly epoch: number; readonly id: number; readonly frame: Frames }
  /** Nothing follows for now: running dry is no underrun, and less than the threshold may sound. */
  | { readonly type: "eof"; readonly epoch: number; readonly eof: boolean }
  /** Forgets frames and marks from `frame` on, unless one of them was played already. */
  | { readonly type: "truncate"; readonly epoch: number; readonly frame: Frames }
  /** `seq` counts these commands; reports say which one they know of. */
  | { readonly type: "pause"; readonly paused: boolean; readonly seq: number }
  | { readonly type: "volume"; readonly volume: number }
  /** Asks for every rendered block, for tests and meters. */
  | { readonly type: "tap"; readonly on: boolean };

/** What an output tells the engine. */
export interface OutputReport {
  readonly type: "report";
  readonly epoch: number;
  /** Frames of this epoch that were played. */
  readonly played: Frames;
  /** Silent frames since the output was made, because frames came too late. */
  readonly underrun: Frames;
  readonly starved: boolean;
  /** Whether the block that was rendered last holds no music. */
  readonly silent: boolean;
  /** `seq` of the last `pause` that came. */
  readonly pauseSeq: number;
  /** Marks that were crossed since the last report, with the silent frames that came right before each. */
  readonly marks: readonly { readonly id: number; readonly gap: Frames }[];
}
export type OutputMessage =
  | OutputReport
  | { readonly type: "truncated"; readonly epoch: number; readonly frame: Frames; readonly done: boolean }
  | {
      readonly type: "tapped";
      readonly left: Float32Array;
      readonly right: Float32Array;
      readonly epoch: number;
    };
