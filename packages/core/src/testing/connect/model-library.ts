/** The tracks that a device knows, and how long it takes to read others. */
import type { Microseconds } from "../../connect/types";
import type { QueueItem } from "../../queue/queue";
import type { Random } from "./random";
import type { Timeline } from "./timeline";

export interface ModelLibrary {
  /** Reads what is not known yet. Returns how long it takes until all is; 0 when it is already. */
  learn(items: readonly QueueItem[]): Microseconds;
  know(items: readonly QueueItem[]): void;
}

export function createModelLibrary(timeline: Timeline, random: Random): ModelLibrary {
  /** When each track is known, virtual time. */
  const knownAt = new Map<string, Microseconds>();
  return {
    learn(items) {
      const { nowUs } = timeline;
      let readUs: Microseconds | null = null;
      let allUs = nowUs;
      for (const { trackId } of items) {
        let atUs = knownAt.get(trackId);
        if (atUs === undefined) {
          readUs ??= random.chance(0.2) ? random.between(300_000, 4_000_000) : random.between(2_000, 400_000);
          atUs = nowUs + Math.ceil(readUs);
          knownAt.set(trackId, atUs);
        }
        allUs = Math.max(allUs, atUs);
      }
      return allUs - nowUs;
    },
    know(items) {
      for (const { trackId } of items) knownAt.set(trackId, timeline.nowUs);
    },
  };
}
