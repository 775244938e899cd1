import {
  advance,
  editQueue,
  goBack,
  loadContext,
  RESTART_AFTER_MS,
  resumeQueue,
  skipTo,
} from "../queue/queue";
import type { Wish } from "../queue/wish";
import { msToFrames } from "../units";
import { beginCurrent, currentPass, finish, positionMs, reconcile } from "./passes";
import type { PlaybackInput, PlaybackState, Step } from "./types";

type Adoption = Extract<PlaybackInput, { type: "adopt" }>;

/** What a listener's wish does, here or on another device whose session is followed. */
export function onWish(state: PlaybackState, input: Wish | Adoption): Step {
  switch (input.type) {
    case "load": {
      const queue = loadContext(state.queue, input.items, input.startIndex, input.shuffle, input.seed);
      return beginCurrent({ ...state, queue, wantsSound: true, skipsInARow: 0 });
    }
    case "play":
      return onPlay(state);
    case "pause":
      return onPause(state);
    case "seek":
      return onSeek(state, input.ms);
    case "next": {
      const queue = advance(state.queue, false);
      if (queue.current === null) return finish({ ...state, queue });
      return beginCurrent({ ...state, queue, wantsSound: true, skipsInARow: 0 });
    }
    case "previous":
      return onPrevious(state);
    case "skip_to": {
      const queue = skipTo(state.queue, input.uid);
      if (queue === state.queue) return { state, effects: [] };
      return beginCurrent({ ...state, queue, wantsSound: true, skipsInARow: 0 });
    }
    case "edit":
      return reconcile({ ...state, queue: editQueue(state.queue, input.edit) });
    case "adopt":
      return onAdopt(state, input);
    case "retry":
      return beginCurrent({ ...state, wantsSound: true, skipsInARow: 0 }, positionMs(state));
  }
}

function onAdopt(state: PlaybackState, input: Adoption): Step {
  const { queue, startMs, play } = input;
  const adopted = { ...state, queue };
  if (queue.current === null) return finish(adopted);
  if (startMs === null && currentPass(state)?.item.uid === queue.current.uid) return reconcile(adopted);
  return beginCurrent({ ...adopted, wantsSound: play, skipsInARow: 0 }, startMs === 0 ? null : startMs);
}

function onPlay(state: PlaybackState): Step {
  if (state.phase === "idle") {
    const queue = resumeQueue(state.queue);
    if (queue.current === null) return { state, effects: [] };
    return beginCurrent({ ...state, queue, wantsSound: true, skipsInARow: 0 });
  }
  if (state.phase === "failed" || state.phase === "refused" || state.phase === "expired")
    return beginCurrent({ ...state, wantsSound: true, skipsInARow: 0 }, positionMs(state));
  const phase = state.phase === "paused" || state.phase === "blocked" ? "buffering" : state.phase;
  return {
    state: { ...state, wantsSound: true, phase },
    effects: currentPass(state)?.stage === "placed" ? [{ type: "resume" }] : [],
  };
}

function onPause(state: PlaybackState): Step {
  if (!state.wantsSound) return { state, effects: [] };
  const sounding = state.phase === "playing" || state.phase === "buffering" || state.phase === "blocked";
  return {
    state: { ...state, wantsSound: false, phase: sounding ? "paused" : state.phase },
    effects: currentPass(state)?.stage === "placed" ? [{ type: "pause" }] : [],
  };
}

function onSeek(state: PlaybackState, ms: number): Step {
  const pass = currentPass(state);
  if (pass === null || !Number.isFinite(ms)) return { state, effects: [] };
  // Only a grant says how many frames a millisecond has, and another grant may say otherwise.
  if (pass.stage !== "placed" || pass.facts === null)
    return { state: { ...state, startMs: Math.max(0, ms) }, effects: [] };
  const frame = Math.min(Math.max(0, msToFrames(ms, pass.facts.sampleRateHz)), pass.facts.totalFrames);
  return { state: { ...state, frame, startFrame: frame }, effects: [{ type: "seek", frame }] };
}

function onPrevious(state: PlaybackState): Step {
  if (positionMs(state) > RESTART_AFTER_MS || state.queue.history.length === 0) return onSeek(state, 0);
  return beginCurrent({ ...state, queue: goBack(state.queue), wantsSound: true, skipsInARow: 0 });
}
