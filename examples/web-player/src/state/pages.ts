import { type Page, type PageOptions, SegueError, type Track } from "@segue/client-sdk";
import { useCallback, useEffect, useRef, useState } from "react";
import { useClient } from "./client";

const PAGE = 100;
const PREPARING_CHECK_MS = 4_000;

export interface TrackPages {
  readonly tracks: readonly Track[];
  /** Whether the last page has arrived. */
  readonly complete: boolean;
  readonly error: SegueError | null;
  /** Loads pages until row `index` is there. */
  need(index: number): void;
  retry(): void;
}

interface Held {
  readonly key: string;
  readonly tracks: readonly Track[];
  readonly cursor: string | null;
  readonly complete: boolean;
  readonly error: SegueError | null;
}
const empty = (key: string): Held => ({ key, tracks: [], cursor: null, complete: false, error: null });

/** Tracks of `key`, page after page as far as rows are looked at; asks again for those that are being prepared. */
export function useTrackPages(key: string, load: (options: PageOptions) => Promise<Page<Track>>): TrackPages {
  const { api } = useClient();
  const [shown, setShown] = useState<Held>(() => empty(key));
  const held = useRef(shown);
  const loader = useRef(load);
  const wanted = useRef(0);
  const busy = useRef<AbortController | null>(null);
  loader.current = load;

  const put = useCallback((next: Held) => {
    held.current = next;
    setShown(next);
  }, []);

  const run = useCallback(async () => {
    if (busy.current) return;
    const abort = new AbortController();
    busy.current = abort;
    try {
      while (!held.current.complete && held.current.tracks.length <= wanted.current) {
        const { cursor } = held.current;
        const page = await loader.current({
          limit: PAGE,
          signal: abort.signal,
          ...(cursor ? { cursor } : {}),
        });
        if (abort.signal.aborted) return;
        const before = held.current;
        const tracks = [...before.tracks, ...page.items];
        // A page that brings nothing ends the list, whatever its cursor says.
        const complete = page.nextCursor === null || page.items.length === 0;
        put({ ...before, tracks, cursor: page.nextCursor, complete, error: null });
      }
    } catch (cause) {
      if (!abort.signal.aborted) put({ ...held.current, error: SegueError.from(cause, "internal") });
    } finally {
      if (busy.current === abort) busy.current = null;
    }
  }, [put]);

  useEffect(() => {
    wanted.current = 0;
    put(empty(key));
    void run();
    return () => {
      busy.current?.abort();
      busy.current = null;
    };
  }, [key, put, run]);

  const tracks = shown.key === key ? shown.tracks : [];
  const preparing = tracks.some((track) => track.mediaState === "preparing");
  useEffect(() => {
    if (!preparing) return;
    const timer = setInterval(async () => {
      if (document.hidden) return;
      const ids = held.current.tracks.filter((t) => t.mediaState === "preparing").map((t) => t.id);
      try {
        const fresh = new Map((await api.tracks(ids.slice(0, 50))).map((t) => [t.id as string, t]));
        if (fresh.size > 0)
          put({ ...held.current, tracks: held.current.tracks.map((t) => fresh.get(t.id) ?? t) });
      } catch {
        // Asked again at the next tick.
      }
    }, PREPARING_CHECK_MS);
    return () => clearInterval(timer);
  }, [preparing, api, put]);

  const need = useCallback(
    (index: number) => {
      if (index <= wanted.current || held.current.error) return;
      wanted.current = index;
      void run();
    },
    [run],
  );
  const retry = useCallback(() => {
    put({ ...held.current, error: null });
    void run();
  }, [put, run]);
  return {
    tracks,
    complete: shown.key === key && shown.complete,
    error: shown.key === key ? shown.error : null,
    need,
    retry,
  };
}
