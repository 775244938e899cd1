import type { SegueClient } from "@segue/client-sdk";
import { useCallback, useSyncExternalStore } from "react";
import { useClient } from "./client";

const POLL_MS = 10_000;
/** Rows that appear together are asked for together. */
const GATHER_MS = 150;
const MAX_ASKED = 100;

/** How often the tracks on the screen were streamed. */
export interface PlayCounts {
  get(trackId: string): number | undefined;
  watch(trackId: string, listener: () => void): () => void;
}

/** Asks for the counts of watched tracks: soon, then now and then while the page is visible, and when a play was counted. */
export function createPlayCounts({ api, events }: Pick<SegueClient, "api" | "events">): PlayCounts {
  const counts = new Map<string, number>();
  const watched = new Map<string, Set<() => void>>();
  let gathering: ReturnType<typeof setTimeout> | null = null;
  const wanted = new Set<string>();

  async function ask(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += MAX_ASKED) {
      const answer = await api.playCounts(ids.slice(at, at + MAX_ASKED));
      for (const { trackId, plays } of answer) {
        if (counts.get(trackId) === plays) continue;
        counts.set(trackId, plays);
        for (const listener of watched.get(trackId) ?? []) listener();
      }
    }
  }

  /** A count that cannot be had now is had with the next poll. */
  function askSoon(ids: Iterable<string>): void {
    for (const id of ids) wanted.add(id);
    if (gathering !== null) return;
    gathering = setTimeout(() => {
      gathering = null;
      const ids = [...wanted].filter((id) => watched.has(id));
      wanted.clear();
      void ask(ids).catch(() => undefined);
    }, GATHER_MS);
  }

  setInterval(() => {
    if (document.visibilityState === "visible" && watched.size > 0) askSoon(watched.keys());
  }, POLL_MS);
  events.on("counted", ({ play }) => askSoon([play.trackId]));

  return {
    get: (trackId) => counts.get(trackId),
    watch(trackId, listener) {
      const listeners = watched.get(trackId) ?? new Set();
      watched.set(trackId, listeners.add(listener));
      if (!counts.has(trackId)) askSoon([trackId]);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) watched.delete(trackId);
      };
    },
  };
}

const byClient = new WeakMap<SegueClient, PlayCounts>();

/** Streams of a track by all listeners, kept fresh; undefined until it is known. */
export function usePlayCount(trackId: string | undefined): number | undefined {
  const client = useClient();
  let counts = byClient.get(client);
  if (!counts) {
    counts = createPlayCounts(client);
    byClient.set(client, counts);
  }
  const held = counts;
  const subscribe = useCallback(
    (listener: () => void) => (trackId === undefined ? () => undefined : held.watch(trackId, listener)),
    [held, trackId],
  );
  return useSyncExternalStore(subscribe, () => (trackId === undefined ? undefined : held.get(trackId)));
}
