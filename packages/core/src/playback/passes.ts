import { openLatch } from "../prefetch/policy";
import type { QueueItem, QueueState } from "../queue/queue";
import { upcoming } from "../queue/queue";
import { framesToMs, type Milliseconds } from "../units";
import type { GrantPurpose, Pass, PlaybackEffect, PlaybackState, RenditionFacts, Step } from "./types";

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
    complete: false,
    renewAtMs: null,
  };
  return { pass, state: { ...state, passCount: state.passCount + 1 } };
}

/** What a current pass begins with. */
const atItsStart = (pass: Pass) => ({
  frame: 0,
  startFrame: 0,
  startMs: null,
  continues: false,
  aheadMs: 0,
  latch: openLatch(pass.id),
  refusal: null,
  error: null,
});

/** Drops every pass and begins one for the queue's current item, at `startMs`. */
export function beginCurrent(state: PlaybackState, startMs: Milliseconds | null = null): Step {
  const item = state.queue.current;
  if (item === null) return finish(state);
  const made = newPass(state, item);
  const next: PlaybackState = {
    ...made.state,
    ...atItsStart(made.pass),
    phase: "loading",
    passes: [made.pass],
    startMs,
  };
  return { state: next, effects: [{ type: "pause" }, ...ask(made.pass, "current", null)] };
}

/** Goes on to `queue`'s current item after the timeline ran out: it continues the stream as soon as it is there. */
export function continueWith(state: PlaybackState, queue: QueueState): Step {
  const item = queue.current;
  if (item === null) return finish({ ...state, queue });
  const asked = state.passes.slice(1);
  const [next] = asked;
  // What could not be granted ahead of its turn is asked for again now that it is.
  if (next !== undefined && next.stage !== "held") {
    const moved = { ...state, ...atItsStart(next), queue, passes: asked, phase: "buffering" as const };
    return { state: { ...moved, continues: next.stage !== "placed" }, effects: [] };
  }
  const made = newPass({ ...state, queue }, item);
  return {
    state: {
      ...made.state,
      ...atItsStart(made.pass),
      passes: [made.pass],
      phase: "loading",
      continues: true,
    },
    effects: ask(made.pass, "current", null),
  };
}

/** Where the current pass is, or will begin, milliseconds from its start. */
export function positionMs(state: PlaybackState): Milliseconds {
  const facts = currentPass(state)?.facts;
  return state.startMs ?? (facts ? framesToMs(state.frame, facts.sampleRateHz) : 0);
}

/** The state in which the current pass, of which `facts` are known now, begins where it was wanted. */
export function startWhereWanted(state: PlaybackState, facts: RenditionFacts): PlaybackState {
  if (state.startMs === null) return state;
  const nearest = Math.round((state.startMs * facts.sampleRateHz) / 1000);
  const frame = Math.min(Math.max(0, nearest), facts.totalFrames);
  return { ...state, frame, startFrame: frame, startMs: null };
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
      startMs: null,
      continues: false,
      aheadMs: 0,
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
  const { startFrame, wantsSound } = state;
  const joins = state.continues && wantsSound && startFrame === 0;
  for (const [index, pass] of passes.entries()) {
    if (pass.stage === "placed") continue;
    if (pass.stage !== "granted") break;
    effects.push(
      index === 0 && !joins
        ? { type: "start", passId: pass.id, startFrame, paused: !wantsSound }
        : { type: "append", passId: pass.id },
    );
    passes[index] = { ...pass, stage: "placed" };
  }
  return effects.length > 0 ? { state: { ...state, passes, continues: false }, effects } : { state, effects };
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
