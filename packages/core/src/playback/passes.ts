import { openLatch } from "../prefetch/policy";
import type { QueueItem } from "../queue/queue";
import { upcoming } from "../queue/queue";
import type { GrantPurpose, Pass, PlaybackEffect, PlaybackState, Step } from "./types";

/** The pass that sounds or is about to. */
export const currentPass = (state: PlaybackState): Pass | null => state.passes[0] ?? null;

export const findPass = (state: PlaybackState, id: string): Pass | null =>
  state.passes.find((pass) => pass.id === id) ?? null;

/** `state` with one pass changed. */
export function updatePass(state: PlaybackState, id: string, change: Partial<Pass>): PlaybackState {
  return { ...state, passes: state.passes.map((pass) => (pass.id === id ? { ...pass, ...change } : pass)) };
}

function newPass(
  state: PlaybackState,
  item: QueueItem,
): { readonly state: PlaybackState; readonly pass: Pass } {
  const pass: Pass = {
    id: `${item.uid}#${state.passCount + 1}`,
    item,
    stage: "wanted",
    facts: null,
    attempts: 0,
  };
  return { pass, state: { ...state, passCount: state.passCount + 1 } };
}

/** Drops every pass and begins one for the queue's current item, at `startFrame`. */
export function beginCurrent(state: PlaybackState, startFrame = 0): Step {
  const item = state.queue.current;
  if (item === null) return finish(state);
  const made = newPass(state, item);
  const next: PlaybackState = {
    ...made.state,
    phase: "loading",
    passes: [made.pass],
    frame: startFrame,
    startFrame,
    currentComplete: false,
    aheadMs: 0,
    latch: openLatch(made.pass.id),
    refusal: null,
    error: null,
  };
  return { state: next, effects: [{ type: "pause" }, ...ask(made.pass, "current", null)] };
}

/** The end of the queue: nothing sounds. */
export function finish(state: PlaybackState): Step {
  return {
    state: {
      ...state,
      phase: "idle",
      wantsSound: false,
      passes: [],
      frame: 0,
      startFrame: 0,
      aheadMs: 0,
      currentComplete: false,
    },
    effects: [{ type: "pause" }],
  };
}

/** Effects that ask for a pass's head and grant in parallel. */
export function ask(pass: Pass, purpose: GrantPurpose, atPercent: number | null): readonly PlaybackEffect[] {
  return [
    { type: "fetch_head", passId: pass.id, item: pass.item },
    {
      type: "request_grant",
      passId: pass.id,
      item: pass.item,
      trackId: pass.item.trackId,
      purpose,
      atPercent,
    },
  ];
}

/** Requests the item `ahead` places after the current one, unless that was done or there is none. */
export function requestAhead(state: PlaybackState, ahead: 1 | 2, atPercent: number): Step {
  const item = upcoming(state.queue, ahead)[ahead - 1];
  if (item === undefined || state.passes.length !== ahead) return { state, effects: [] };
  const made = newPass(state, item);
  return {
    state: { ...made.state, passes: [...state.passes, made.pass] },
    effects: ask(made.pass, ahead === 1 ? "next" : "next_next", atPercent),
  };
}

/** Puts granted passes on the engine's timeline, in order, behind those that are there. */
export function placeGranted(state: PlaybackState): Step {
  const effects: PlaybackEffect[] = [];
  const passes = [...state.passes];
  for (const [index, pass] of passes.entries()) {
    if (pass.stage === "placed") continue;
    if (pass.stage !== "granted") break;
    effects.push(
      index === 0
        ? { type: "start", passId: pass.id, startFrame: state.startFrame, paused: !state.wantsSound }
        : { type: "append", passId: pass.id },
    );
    passes[index] = { ...pass, stage: "placed" };
  }
  return { state: effects.length > 0 ? { ...state, passes } : state, effects };
}

/** Drops passes that no longer match what will follow, and asks for those that now do, if they are due. */
export function reconcile(state: PlaybackState): Step {
  const current = currentPass(state);
  if (current === null) return { state, effects: [] };
  const wanted = upcoming(state.queue, state.passes.length - 1);
  let keep = 1;
  while (keep < state.passes.length && state.passes[keep]!.item.uid === wanted[keep - 1]?.uid) keep += 1;
  if (keep === state.passes.length) return { state, effects: [] };
  const kept = state.passes.slice(0, keep);
  const effects: PlaybackEffect[] = [];
  if (state.passes.slice(keep).some((pass) => pass.stage === "placed"))
    effects.push({ type: "truncate_after", passId: kept.at(-1)!.id });
  let next: PlaybackState = { ...state, passes: kept };
  const percent = percentPlayed(state);
  for (const ahead of [1, 2] as const) {
    const due = ahead === 1 ? state.latch.next : state.latch.nextNext;
    if (!due || next.passes.length !== ahead) continue;
    const requested = requestAhead(next, ahead, percent);
    next = requested.state;
    effects.push(...requested.effects);
  }
  return { state: next, effects };
}

/** Share of the current track that was audible, percent. */
export function percentPlayed(state: PlaybackState): number {
  const total = currentPass(state)?.facts?.totalFrames ?? 0;
  return total > 0 ? Math.min(100, (100 * state.frame) / total) : 0;
}
