/** Exact trimming: counts decoded frames against the manifest and trusts no decoder. */
import type { Frames } from "../units";

/** State of a trim; plain data. Frame numbers of the decoder include the frames to be trimmed. */
export interface TrimState {
  readonly trimStartFrames: Frames;
  /** Exactly this many frames come out when playing from the start. */
  readonly totalFrames: Frames;
  /** Number of the next frame that the decoder gives, counted from its first. */
  readonly decoded: Frames;
  /** Next frame that goes out, counted after trimming. */
  readonly next: Frames;
}

/** What to keep of a decoded chunk: frames `[from, from + count)`. */
export interface TrimSlice {
  readonly from: Frames;
  readonly count: Frames;
}

/** What is left to do when the decoder has ended. */
export interface TrimEnd {
  /** Frames of silence to append so that exactly `totalFrames` are played. */
  readonly padFrames: Frames;
  /** Whether the decoder gave too few frames; report `trim_mismatch`. */
  readonly mismatch: boolean;
}

const checkFrames = (name: string, value: number) => {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} is a whole number of frames`);
};

/**
 * Begins a trim.
 * @param at after a seek: `decoderFrame` is the number of the first frame that the decoder will give (counted before
 * trimming), `frame` the first that should go out (counted after trimming).
 * @throws RangeError when a number is not a whole number, or the decoder starts after the wanted frame
 */
export function startTrim(
  manifest: { readonly trimStartFrames: Frames; readonly totalFrames: Frames },
  at: { readonly frame: Frames; readonly decoderFrame: Frames } = { frame: 0, decoderFrame: 0 },
): TrimState {
  const { trimStartFrames, totalFrames } = manifest;
  checkFrames("trimStartFrames", trimStartFrames);
  checkFrames("totalFrames", totalFrames);
  checkFrames("frame", at.frame);
  checkFrames("decoderFrame", at.decoderFrame);
  const next = Math.min(at.frame, totalFrames);
  if (at.decoderFrame > next + trimStartFrames)
    throw new RangeError("the decoder starts after the wanted frame");
  return { trimStartFrames, totalFrames, decoded: at.decoderFrame, next };
}

/** Frames that still have to go out. */
export function trimRemaining(state: TrimState): Frames {
  return state.totalFrames - state.next;
}

/** Takes a decoded chunk of `length` frames. */
export function trimChunk(
  state: TrimState,
  length: Frames,
): { readonly state: TrimState; readonly keep: TrimSlice } {
  checkFrames("length", length);
  const wanted = state.next + state.trimStartFrames;
  const from = Math.min(length, Math.max(0, wanted - state.decoded));
  const count = Math.min(length - from, trimRemaining(state));
  return {
    state: { ...state, decoded: state.decoded + length, next: state.next + count },
    keep: { from, count },
  };
}

/** The decoder has ended. */
export function endTrim(state: TrimState): TrimEnd {
  const padFrames = trimRemaining(state);
  return { padFrames, mismatch: padFrames > 0 };
}
