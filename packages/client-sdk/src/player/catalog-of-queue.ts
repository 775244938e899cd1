import type { QueueItem, Track } from "@segue/core";
import type { QueueEntry } from "../client";

/** The tracks behind queue items: core's queue knows ids only. */
export interface QueueCatalog {
  /** Makes an item for each track, with fresh uids. */
  add(tracks: readonly Track[], source: QueueItem["source"]): readonly QueueItem[];
  track(item: QueueItem): Track;
  entry(item: QueueItem): QueueEntry;
  /** Forgets every item that is not in `kept`. */
  retain(kept: Iterable<QueueItem>): void;
}

export function createQueueCatalog(): QueueCatalog {
  let tracks = new Map<string, Track>();
  let entries = new WeakMap<QueueItem, QueueEntry>();
  let count = 0;
  const track = (item: QueueItem) => tracks.get(item.uid)!;
  return {
    add(added, source) {
      return added.map((each) => {
        const uid = `q${++count}`;
        tracks.set(uid, each);
        return { uid, trackId: each.id, source };
      });
    },
    track,
    entry(item) {
      const known = entries.get(item);
      if (known) return known;
      const made = { uid: item.uid, track: track(item), source: item.source };
      entries.set(item, made);
      return made;
    },
    retain(kept) {
      const next = new Map<string, Track>();
      for (const item of kept) next.set(item.uid, track(item));
      tracks = next;
      entries = new WeakMap();
    },
  };
}
