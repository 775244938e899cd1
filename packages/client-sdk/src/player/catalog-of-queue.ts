import type { QueueItem, Track } from "@segue/core";
import type { QueueEntry } from "../client";

/** The tracks behind queue items: core's queue knows ids only. */
export interface QueueCatalog {
  /** Whether the track behind `uid` is known. */
  has(uid: string): boolean;
  /** Takes items over that were made elsewhere. */
  adopt(items: readonly QueueItem[], trackOf: (item: QueueItem) => Track): void;
  /** Makes an item for each track, with fresh uids. */
  add(tracks: readonly Track[], source: QueueItem["source"]): readonly QueueItem[];
  track(item: QueueItem): Track;
  entry(item: QueueItem): QueueEntry;
  /** Forgets every item that is not in `kept`. */
  retain(kept: Iterable<QueueItem>): void;
}

/** `prefix` keeps the uids apart from those of a listener's other devices. */
export function createQueueCatalog(prefix: string): QueueCatalog {
  let tracks = new Map<string, Track>();
  let entries = new WeakMap<QueueItem, QueueEntry>();
  let count = 0;
  const track = (item: QueueItem) => tracks.get(item.uid)!;
  return {
    has: (uid) => tracks.has(uid),
    adopt(items, trackOf) {
      for (const item of items) if (!tracks.has(item.uid)) tracks.set(item.uid, trackOf(item));
    },
    add(added, source) {
      return added.map((each) => {
        const uid = `${prefix}${++count}`;
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
