import { contextNext, hasNext, type PlaybackState, type QueueState } from "@segue/core";
import type { PlayContext, PlayerState } from "../client";
import type { QueueCatalog } from "./catalog-of-queue";
import { type Driver, positionOf } from "./driver";

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
    const position = positionOf(state);
    const positionMs = position?.positionMs ?? 0;
    const durationMs = position?.durationMs ?? part.current?.track.durationMs ?? 0;
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

function bufferedMs(state: PlaybackState, positionMs: number, durationMs: number): number {
  return state.currentComplete ? durationMs : Math.min(durationMs, positionMs + state.aheadMs);
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
