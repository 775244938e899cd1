import {
  contextNext,
  framesToMs,
  hasNext,
  type Milliseconds,
  type PlaybackState,
  playbackPositionMs,
  type QueueState,
} from "@segue/core";
import type { PlayContext, PlayerState } from "../client";
import type { QueueCatalog } from "./catalog-of-queue";
import type { Driver } from "./driver";

export interface Settings {
  readonly context: PlayContext | null;
  readonly volume: number;
  readonly normalization: PlayerState["normalization"];
}

type QueuePart = Pick<
  PlayerState,
  "current" | "upNext" | "contextNext" | "history" | "shuffle" | "repeat" | "canPrevious" | "canNext"
>;

/** Makes immutable snapshots; lists stay identical as long as the queue does. */
export function createSnapshots(catalog: QueueCatalog): (driver: Driver, settings: Settings) => PlayerState {
  let seen: QueueState | null = null;
  let part: QueuePart;

  return (driver, { context, volume, normalization }) => {
    const { state } = driver;
    if (state.queue !== seen) {
      seen = state.queue;
      part = queuePart(state.queue, catalog);
    }
    const facts = state.passes[0]?.facts;
    const durationMs = facts
      ? framesToMs(facts.totalFrames, facts.sampleRateHz)
      : (part.current?.track.durationMs ?? 0);
    const positionMs = Math.min(durationMs, playbackPositionMs(state));
    return Object.freeze({
      ...part,
      status: state.phase,
      context,
      positionMs,
      durationMs,
      bufferedMs: bufferedMs(state, positionMs, durationMs),
      volume,
      normalization,
      refusal: state.refusal,
      error: driver.error,
    });
  };
}

function bufferedMs(state: PlaybackState, positionMs: Milliseconds, durationMs: Milliseconds): Milliseconds {
  return state.passes[0]?.complete ? durationMs : Math.min(durationMs, positionMs + state.aheadMs);
}

function queuePart(queue: QueueState, catalog: QueueCatalog): QueuePart {
  return {
    current: queue.current ? catalog.entry(queue.current) : null,
    upNext: Object.freeze(queue.upNext.map(catalog.entry)),
    contextNext: Object.freeze(contextNext(queue).map(catalog.entry)),
    history: Object.freeze(queue.history.map(catalog.entry)),
    shuffle: queue.shuffle,
    repeat: queue.repeat,
    canPrevious: queue.current !== null,
    canNext: hasNext(queue),
  };
}
