/** Which frames that a decoder gives are played: counted against the manifest, whatever the decoder says of itself. */
import type { Frames } from "../units";

/** Which frames of a rendition remain. */
export interface TrimPlan {
  /** Decoded frames to drop at the start. */
  readonly trimStartFrames: Frames;
  /** Frames that remain after trimming. */
  readonly totalFrames: Frames;
}

/** Progress of a trim: counts only what the decoder has given. Plain data. */
export interface TrimState {
  readonly plan: TrimPlan;
  /** Position of the next decoded frame, counted from the decoder's first frame. */
  readonly decodedFrames: Frames;
}

/** A trim that begins at decoder frame `decodedFrames`, 0 for the whole rendition. */
export function startTrim(plan: TrimPlan, decodedFrames: Frames = 0): TrimState {
  return { plan, decodedFrames };
}

/** Which part of a decoded chunk to keep: `[from, to)` in frames of the chunk; empty when `from === to`. */
export interface TrimSlice {
  readonly state: TrimState;
  readonly from: Frames;
  readonly to: Frames;
}

/** Takes the next chunk of `frames` decoded frames. */
export function trimChunk(state: TrimState, frames: Frames): TrimSlice {
  const first = state.plan.trimStartFrames;
  const end = first + state.plan.totalFrames;
  const from = Math.min(frames, Math.max(0, first - state.decodedFrames));
  const to = Math.max(from, Math.min(frames, end - state.decodedFrames));
  return { state: { ...state, decodedFrames: state.decodedFrames + frames }, from, to };
}

/** Frames that the decoder still owes: silence completes a rendition whose decoder ends before it is 0. */
export function missingFrames(state: TrimState): Frames {
  return Math.max(
    0,
    state.plan.trimStartFrames +
      state.plan.totalFrames -
      Math.max(state.decodedFrames, state.plan.trimStartFrames),
  );
}
