/** The player's brain: what happened, and so what to do. Pure; the driver carries effects out. */
import type { ErrorCode } from "../errors/error-table";
import type { Refusal } from "../grants/manifest";
import { decidePrefetch, openLatch } from "../prefetch/policy";
import { advance, EMPTY_QUEUE } from "../queue/queue";
import {
  ask,
  beginCurrent,
  continueWith,
  currentPass,
  findPass,
  percentPlayed,
  placeGranted,
  positionMs,
  requestAhead,
  startWhereWanted,
  updatePass,
} from "./passes";
import { decideRecovery, SHOW_BEFORE_SKIP_MS } from "./recover";
import { RENEW_AGAIN_MS, renewDue, renewTime } from "./renewal";
import type { PlaybackEffect, PlaybackInput, PlaybackState, Step, Wait } from "./types";
import { onWish } from "./wishes";

export const INITIAL_PLAYBACK: PlaybackState = {
  queue: EMPTY_QUEUE,
  phase: "idle",
  wantsSound: false,
  passes: [],
  passCount: 0,
  frame: 0,
  startFrame: 0,
  startMs: null,
  continues: false,
  aheadMs: 0,
  latch: openLatch(""),
  refusal: null,
  error: null,
  skipsInARow: 0,
};

/** Seconds of sound after which the failures of a pass no longer count. */
const FORGIVE_AFTER_S = 10;

const same = (state: PlaybackState): Step => ({ state, effects: [] });

/** The state after `input`, and the effects to carry out in order. Never throws; stale inputs change nothing. */
export function step(state: PlaybackState, input: PlaybackInput): Step {
  switch (input.type) {
    case "grant_arrived":
      return onGranted(state, input);
    case "grant_renewed":
      return same(
        updatePass(state, input.passId, { renewAtMs: renewTime(input.nowMs, input.urlLifetimeMs) }),
      );
    case "renewal_failed":
      return same(updatePass(state, input.passId, { renewAtMs: input.nowMs + RENEW_AGAIN_MS }));
    case "tick":
      return renewDue(state, input.nowMs);
    case "grant_refused":
      return onRefused(state, input.passId, input.refusal);
    case "grant_failed":
      return onGrantFailed(state, input.passId, input.code);
    case "started":
      return onStarted(state, input.passId, input.frame);
    case "position":
      return onPosition(state, input.passId, input.frame);
    case "ended":
      return same(state);
    case "buffered":
      return onBuffered(state, input.passId, input.aheadMs, input.complete);
    case "stalled":
      if (currentPass(state)?.id !== input.passId || state.phase !== "playing") return same(state);
      return same({ ...state, phase: "buffering" });
    case "blocked":
      return same(state.wantsSound && state.passes.length > 0 ? { ...state, phase: "blocked" } : state);
    case "failed":
      return onFailed(state, input.passId, input.code);
    case "engine_idle":
      return onEngineIdle(state);
    case "due":
      return onDue(state, input.wait);
    default:
      return onWish(state, input);
  }
}

function onGranted(state: PlaybackState, input: Extract<PlaybackInput, { type: "grant_arrived" }>): Step {
  const { passId, facts, nowMs, urlLifetimeMs } = input;
  const pass = findPass(state, passId);
  if (pass === null || pass.stage === "placed") return same(state);
  const renewAtMs = renewTime(nowMs, urlLifetimeMs);
  const granted = updatePass(state, passId, { stage: "granted", facts, renewAtMs, complete: false });
  return placeGranted(currentPass(state)?.id === passId ? startWhereWanted(granted, facts) : granted);
}

function onBuffered(state: PlaybackState, passId: string, aheadMs: number, complete: boolean): Step {
  const pass = findPass(state, passId);
  if (pass === null) return same(state);
  const next = pass.complete === complete ? state : updatePass(state, passId, { complete });
  return currentPass(state)?.id === passId ? prefetch({ ...next, aheadMs }) : same(next);
}

/** The pass became audible; when it was ahead, the queue moves up to it. */
function onStarted(state: PlaybackState, passId: string, frame: number): Step {
  const at = state.passes.findIndex((pass) => pass.id === passId);
  if (at < 0) return same(state);
  let next = state;
  for (let moved = 0; moved < at; moved++)
    next = { ...next, queue: advance(next.queue, true), passes: next.passes.slice(1), startFrame: 0 };
  if (at > 0) next = { ...next, aheadMs: 0, latch: openLatch(passId) };
  const phase = next.wantsSound ? "playing" : "paused";
  return prefetch({ ...next, frame, phase, refusal: null, error: null, skipsInARow: 0 });
}

/** Audible progress: sound that had stopped is back, and a pass that played long enough has its failures forgiven. */
function onPosition(state: PlaybackState, passId: string, frame: number): Step {
  const pass = currentPass(state);
  if (pass?.id !== passId) return same(state);
  const silent = state.phase === "buffering" || state.phase === "blocked";
  // A seek reports its target before it is audible, so only a frame beyond the known one is progress.
  const sounds = silent && state.wantsSound && pass.stage === "placed" && frame > state.frame;
  const moved: PlaybackState = { ...state, frame, phase: sounds ? "playing" : state.phase };
  const rate = pass.facts?.sampleRateHz ?? Number.POSITIVE_INFINITY;
  const forgiven = pass.attempts > 0 && frame - state.startFrame >= FORGIVE_AFTER_S * rate;
  return prefetch(forgiven ? updatePass(moved, passId, { attempts: 0 }) : moved);
}

function prefetch(state: PlaybackState): Step {
  const pass = currentPass(state);
  if (pass?.facts == null || pass.stage !== "placed") return same(state);
  const decision = decidePrefetch(state.latch, {
    passId: pass.id,
    frame: state.frame,
    totalFrames: pass.facts.totalFrames,
    currentComplete: pass.complete,
    aheadMs: state.aheadMs,
  });
  let next: PlaybackState = { ...state, latch: decision.latch };
  const effects: PlaybackEffect[] = [];
  const percent = percentPlayed(state);
  for (const ahead of [1, 2] as const) {
    if (!(ahead === 1 ? decision.latch.next : decision.latch.nextNext)) continue;
    const requested = requestAhead(next, ahead, percent);
    next = requested.state;
    effects.push(...requested.effects);
  }
  return { state: next, effects };
}

function onRefused(state: PlaybackState, passId: string, refusal: Refusal): Step {
  const pass = findPass(state, passId);
  if (pass === null || pass.stage === "placed") return same(state);
  const held = updatePass(state, passId, { stage: "held" });
  const isCurrent = currentPass(state)?.id === passId;
  if (refusal.reason === "preparing") {
    const waiting = isCurrent ? { ...held, phase: "preparing" as const, refusal } : held;
    return { state: waiting, effects: [later("ask", passId, Math.max(250, refusal.retryAfterMs ?? 2_000))] };
  }
  if (!isCurrent) return same(held);
  return skipLater({ ...held, phase: "refused", refusal, error: null }, passId);
}

function onGrantFailed(state: PlaybackState, passId: string, code: ErrorCode): Step {
  const pass = findPass(state, passId);
  if (pass === null || pass.stage === "placed") return same(state);
  const failures = pass.attempts + 1;
  const recovery = decideRecovery("grant", { code, failures });
  if (recovery.kind === "retry") {
    const waiting = updatePass(state, passId, { stage: "held", attempts: failures });
    return { state: waiting, effects: [later("ask", passId, recovery.afterMs)] };
  }
  const held = updatePass(state, passId, { stage: "held" });
  return same(currentPass(state)?.id === passId ? { ...held, phase: "failed", error: code } : held);
}

function onFailed(state: PlaybackState, passId: string, code: ErrorCode): Step {
  const at = state.passes.findIndex((pass) => pass.id === passId);
  const pass = state.passes[at];
  if (pass === undefined) return same(state);
  const failures = pass.attempts + 1;
  const recovery = decideRecovery("item", { code, failures });
  const counted = updatePass(state, passId, { attempts: failures });
  if (recovery.kind === "refresh_grant")
    return {
      state: at === 0 ? { ...counted, startFrame: state.frame } : counted,
      effects: [{ type: "refresh_grant", passId, item: pass.item, urgent: true }],
    };
  if (at > 0) {
    // An item ahead failed: take it off the timeline; it is asked for again when its turn comes.
    const kept = { ...counted, passes: counted.passes.slice(0, at) };
    return { state: kept, effects: [{ type: "truncate_after", passId: state.passes[at - 1]!.id }] };
  }
  switch (recovery.kind) {
    case "retry": {
      const startMs = positionMs(state);
      const waiting = updatePass({ ...counted, phase: "buffering", startMs }, passId, { stage: "held" });
      return {
        state: { ...waiting, passes: waiting.passes.slice(0, 1) },
        effects: [later("ask", passId, recovery.afterMs)],
      };
    }
    case "expired":
      return { state: { ...counted, phase: "expired", error: code }, effects: [{ type: "pause" }] };
    case "skip":
      return skipLater({ ...counted, phase: "failed", error: code }, passId);
    case "stop":
      return { state: { ...counted, phase: "failed", error: code }, effects: [{ type: "pause" }] };
  }
}

/** The timeline ran out: go on to what follows, or wait for it. */
function onEngineIdle(state: PlaybackState): Step {
  const sounding = state.phase === "playing" || state.phase === "buffering";
  if (!sounding || currentPass(state)?.stage !== "placed") return same(state);
  return continueWith(state, advance(state.queue, true));
}

function onDue(state: PlaybackState, wait: Wait): Step {
  const at = state.passes.findIndex((pass) => pass.id === wait.passId);
  const pass = state.passes[at];
  if (pass === undefined) return same(state);
  if (wait.kind === "ask") {
    if (pass.stage !== "held") return same(state);
    const purpose = at === 0 ? "current" : at === 1 ? "next" : "next_next";
    const asking = updatePass(state, pass.id, { stage: "wanted" });
    return { state: asking, effects: ask(pass, purpose, at === 0 ? null : percentPlayed(state)) };
  }
  const shown = state.phase === "refused" || state.phase === "failed";
  if (at !== 0 || !shown || !state.wantsSound) return same(state);
  const queue = advance(state.queue, false);
  if (queue.current === null) return same(state);
  return beginCurrent({ ...state, queue, skipsInARow: state.skipsInARow + 1 });
}

/** Shows why an item cannot be played, then goes on, unless nothing else is left to try. */
function skipLater(state: PlaybackState, passId: string): Step {
  const reachable = state.queue.context.length + state.queue.upNext.length;
  const goesOn = state.wantsSound && state.skipsInARow + 1 < reachable;
  return {
    state,
    effects: [{ type: "pause" }, ...(goesOn ? [later("skip", passId, SHOW_BEFORE_SKIP_MS)] : [])],
  };
}

const later = (kind: Wait["kind"], passId: string, afterMs: number): PlaybackEffect => ({
  type: "wait",
  afterMs,
  wait: { kind, passId },
});
