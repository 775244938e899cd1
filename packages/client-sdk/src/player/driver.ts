import {
  INITIAL_PLAYBACK,
  type PlaybackInput,
  type PlaybackState,
  playbackStep,
  SegueError,
} from "@segue/core";
import type { EngineEvent } from "../ports/engine";
import { type EffectContext, runEffect } from "./run-effect";

export interface DriverOptions
  extends Omit<EffectContext, "dispatch" | "noteError" | "later" | "opened" | "requestedAt" | "appended"> {
  /** After every input, with the state before it. */
  readonly onStep: (state: PlaybackState, before: PlaybackState) => void;
  /** Another item became audible. */
  readonly onTrack: (state: PlaybackState) => void;
  readonly onError: (error: SegueError) => void;
}

/** Runs core's brain: inputs in, effects out, one input at a time. */
export interface Driver {
  readonly state: PlaybackState;
  /** The error behind `state.error`. */
  readonly error: SegueError | null;
  /** Monotonic time at which `state.frame` is audible: what the output was given now is heard after its latency. */
  readonly positionAtMs: number;
  dispatch(input: PlaybackInput): void;
  /** Lets core see the time, so that it renews what is about to run out. */
  tick(): void;
  requestedAtPercent(passId: string): number | null;
  close(): void;
}

export function createDriver(options: DriverOptions): Driver {
  const { engine, clock, log, timer } = options;
  let state = INITIAL_PLAYBACK;
  let lastError: SegueError | null = null;
  let positionAtMs = clock.monotonicMs();
  let audible: string | null = null;
  let closed = false;
  const inbox: PlaybackInput[] = [];
  let working = false;
  const cancels = new Set<() => void>();

  const context: EffectContext = {
    ...options,
    opened: new Map(),
    requestedAt: new Map(),
    appended: new Set(),
    dispatch,
    noteError(error) {
      lastError = error;
      log.add("error", error.code);
      options.onError(error);
    },
    later(ms, run) {
      const cancel = clock.after(ms, () => {
        cancels.delete(cancel);
        run();
      });
      cancels.add(cancel);
    },
  };

  function dispatch(input: PlaybackInput): void {
    if (closed) return;
    inbox.push(input);
    if (working) return;
    working = true;
    try {
      for (let next = inbox.shift(); next; next = inbox.shift()) advance(next);
    } finally {
      working = false;
    }
  }

  function advance(input: PlaybackInput): void {
    const before = state;
    const { state: after, effects } = playbackStep(before, input);
    state = after;
    if (after.frame !== before.frame || after.passes !== before.passes || after.phase !== before.phase) {
      positionAtMs = clock.monotonicMs() + engine.stats().outputLatencyMs;
    }
    if (after.passes !== before.passes) forgetPasses();
    for (const effect of effects) runEffect(effect, context);
    options.recorder.moved(input, after);
    if (after !== before) options.onStep(after, before);
  }

  function forgetPasses(): void {
    const kept = new Set(state.passes.map((pass) => pass.id));
    for (const known of [context.opened, context.requestedAt, context.appended]) {
      for (const id of known.keys()) if (!kept.has(id)) known.delete(id);
    }
  }

  function onEngine(event: EngineEvent): void {
    if (event.type === "failed") context.noteError(event.error);
    if (event.type === "started") onStarted(event.uid, event.frame);
    else dispatch(inputOf(event));
  }

  function inputOf(event: Exclude<EngineEvent, { type: "started" }>): PlaybackInput {
    switch (event.type) {
      case "position":
        return { type: "position", passId: event.uid, frame: event.frame };
      case "ended":
        return { type: "ended", passId: event.uid };
      case "buffered":
        return { type: "buffered", passId: event.uid, aheadMs: event.aheadMs, complete: event.complete };
      case "stalled":
        return { type: "stalled", passId: event.uid };
      case "blocked":
        return { type: "blocked" };
      case "failed":
        return { type: "failed", passId: event.uid, code: event.error.code };
      case "idle":
        return { type: "engine_idle" };
    }
  }

  function onStarted(passId: string, frame: number): void {
    const totalMs = timer.end();
    if (totalMs !== null) log.add("start", `audible after ${totalMs} ms`);
    dispatch({ type: "started", passId, frame });
    if (passId === audible || state.passes[0]?.id !== passId) return;
    audible = passId;
    if (context.appended.has(passId))
      log.add("join", `${engine.stats().lastJoinGapFrames ?? "?"} silent frames`);
    options.onTrack(state);
  }

  const stop = engine.on(onEngine);
  return {
    get state() {
      return state;
    },
    get error() {
      if (state.error === null) return null;
      return lastError?.code === state.error ? lastError : new SegueError(state.error);
    },
    get positionAtMs() {
      return positionAtMs;
    },
    dispatch,
    tick: () => dispatch({ type: "tick", nowMs: clock.wallMs() }),
    requestedAtPercent: (passId) => context.requestedAt.get(passId) ?? null,
    close() {
      closed = true;
      stop();
      for (const cancel of cancels) cancel();
      cancels.clear();
    },
  };
}
