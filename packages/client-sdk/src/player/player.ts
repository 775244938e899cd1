import {
  itemsOf,
  type PlaybackState,
  type QueueEdit,
  type QueueState,
  SegueError,
  type Track,
  type Wish,
} from "@segue/core";
import type { Api, Page, PlayContext, Player, PlayerEvents } from "../client";
import type { PlayRecorder } from "../events/recorder";
import type { Clock } from "../ports/clock";
import type { Engine } from "../ports/engine";
import { createEmitter } from "../surface/emitter";
import { createQueueCatalog } from "./catalog-of-queue";
import { createDriver, type Driver } from "./driver";
import type { Grants } from "./grants";
import type { InspectorLog } from "./inspector-log";
import { createSnapshots, type Settings } from "./snapshot";
import type { StartTimer } from "./start-timer";
import type { TrackOf, WishObserver } from "./wishes";

export interface PlayerOptions {
  readonly engine: Engine;
  readonly api: Api;
  readonly grants: Grants;
  readonly clock: Clock;
  readonly log: InspectorLog;
  readonly recorder: PlayRecorder;
  readonly timer: StartTimer;
  /** In [0, 2^32). */
  readonly seed: () => number;
  /** Whoever shares the session with other devices; null for nobody. */
  readonly observer?: () => WishObserver | null;
}

export interface PlayerDriver extends Player {
  readonly driver: Driver;
  /** Uids whose tracks the player knows. */
  knows(uid: string): boolean;
  /** Follows a session: takes its queue over, and with `startMs` goes to that position of its current item. */
  adopt(session: AdoptedSession): void;
  /** Stops sounding, whatever the session wants. */
  silence(): void;
  /** Resolves when nothing can be heard any more after `silence`, or when sound is wanted again. */
  whenSilent(): Promise<void>;
  /** Lets the player see the time; see `Driver.tick`. */
  tick(): void;
  /** Stops and empties the queue, as when the listener signs out. */
  reset(): void;
  close(): void;
}

/** What the player takes over from a session. */
export interface AdoptedSession {
  readonly queue: QueueState;
  readonly context: PlayContext | null;
  readonly trackOf: TrackOf;
  /** Null leaves what sounds as it is. */
  readonly startMs: number | null;
  readonly play: boolean;
}

/** How often a playing position alone makes a new snapshot. */
const POSITION_EVERY_MS = 200;
const MAX_CONTEXT = 10_000;
const PAGE = 100;

export function createPlayer(options: PlayerOptions): PlayerDriver {
  const { engine, api, clock, log, timer, seed } = options;
  const { on, emit, clear } = createEmitter<PlayerEvents>();
  const catalog = createQueueCatalog(`q${seed().toString(36)}-${seed().toString(36)}-`);
  const observer = () => options.observer?.() ?? null;
  const snapshot = createSnapshots(catalog);
  let settings: Settings = { context: null, volume: 1, normalization: "album" };
  let emittedAt = 0;
  let closed = false;
  const waiting = new Set<() => void>();

  const driver = createDriver({
    ...options,
    catalog,
    resolveUrl: api.resolveUrl,
    normalization: () => settings.normalization,
    onStep(state, before) {
      if (onlyPositionMoved(state, before) && clock.monotonicMs() - emittedAt < POSITION_EVERY_MS) return;
      publish();
    },
    onTrack(state) {
      if (state.queue.current) emit("track", catalog.entry(state.queue.current));
    },
    onError: (error) => emit("error", error),
  });
  let current = snapshot(driver, settings);

  function publish(): void {
    emittedAt = clock.monotonicMs();
    current = snapshot(driver, settings);
    for (const check of [...waiting]) check();
    emit("state", current);
  }

  function change(next: Partial<Settings>): void {
    settings = { ...settings, ...next };
    publish();
  }

  /** Creates the output within the listener's gesture; what it wants is told by the state. */
  function warm(): void {
    engine
      .prepare()
      .then(() => timer.mark("output"))
      .catch((cause) => {
        const error = SegueError.from(cause, "output_failed");
        log.add("error", error.code);
        const pass = driver.state.passes[0];
        if (error.code === "output_blocked") return driver.dispatch({ type: "blocked" });
        emit("error", error);
        if (pass) driver.dispatch({ type: "failed", passId: pass.id, code: error.code });
      });
  }

  function ensureOpen(): void {
    if (closed) throw new SegueError("closed");
  }

  /** Resolves when the player has come to an answer. @throws the error when it failed */
  function settled(): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const { phase, wantsSound } = driver.state;
        if (!closed && wantsSound && (phase === "loading" || phase === "buffering")) return;
        waiting.delete(check);
        if (closed) return reject(new SegueError("closed"));
        if (phase === "failed" || phase === "expired")
          return reject(driver.error ?? new SegueError("internal"));
        resolve();
      };
      waiting.add(check);
      check();
    });
  }

  /** Carries a wish out here, and tells whoever shares the session. */
  function carryOut(wish: Wish): void {
    const before = driver.state;
    driver.dispatch(wish);
    observer()?.did(wish, before, settings.context);
  }

  async function act(wish: Wish, begins: boolean): Promise<void> {
    ensureOpen();
    if (begins) timer.begin();
    warm();
    driver.tick();
    const taken = observer()?.take(wish, settings.context) ?? null;
    if (taken === null) carryOut(wish);
    else await taken;
    await settled();
  }

  const edit = (queueEdit: QueueEdit): void => {
    ensureOpen();
    carryOut({ type: "edit", edit: queueEdit });
  };

  async function playContext(
    context: PlayContext,
    tracks: readonly Track[],
    { startIndex = 0, shuffle = false }: { readonly startIndex?: number; readonly shuffle?: boolean } = {},
  ): Promise<void> {
    ensureOpen();
    if (tracks.length === 0) throw new SegueError("queue_empty");
    if (tracks.length > MAX_CONTEXT)
      throw new SegueError("invalid_argument", { detail: `at most ${MAX_CONTEXT} tracks` });
    catalog.retain(itemsOf(driver.state.queue));
    const first = windowStart(tracks.length, startIndex, observer()?.maxContext ?? MAX_CONTEXT);
    const window = tracks.slice(first, first + (observer()?.maxContext ?? MAX_CONTEXT));
    const items = catalog.add(window, "context");
    settings = { ...settings, context };
    options.recorder.setContext(context);
    log.add("start", `${context.kind} "${context.title}"`);
    await act({ type: "load", items, startIndex: startIndex - first, shuffle, seed: seed() }, true);
  }

  async function allTracks(
    read: (cursor: string | undefined) => Promise<Page<Track>>,
  ): Promise<readonly Track[]> {
    const tracks: Track[] = [];
    for (let cursor: string | undefined; tracks.length < MAX_CONTEXT; ) {
      const page = await read(cursor);
      tracks.push(...page.items);
      if (page.nextCursor === null || page.items.length === 0) break;
      cursor = page.nextCursor;
    }
    return tracks.slice(0, MAX_CONTEXT);
  }
  const page = (cursor: string | undefined) => ({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });

  async function play(): Promise<void> {
    ensureOpen();
    const { queue } = driver.state;
    if (queue.current === null && current.canNext === false) throw new SegueError("queue_empty");
    await act({ type: "play" }, driver.state.phase === "idle");
  }

  function pause(): void {
    ensureOpen();
    carryOut({ type: "pause" });
  }

  return {
    driver,
    get state() {
      return current;
    },
    positionMs() {
      const { positionMs, durationMs, status } = snapshot(driver, settings);
      if (status !== "playing") return positionMs;
      return Math.min(durationMs, Math.max(0, positionMs + clock.monotonicMs() - driver.positionAtMs));
    },
    on,
    playContext,
    async playAlbum(albumId, playOptions) {
      ensureOpen();
      warm();
      const [album, tracks] = await Promise.all([
        api.album(albumId),
        allTracks((cursor) => api.albumTracks(albumId, page(cursor))),
      ]);
      await playContext({ kind: "album", id: album.id, title: album.title }, tracks, playOptions);
    },
    async playPlaylist(playlistId, playOptions) {
      ensureOpen();
      warm();
      const [playlist, tracks] = await Promise.all([
        api.playlist(playlistId),
        allTracks((cursor) => api.playlistTracks(playlistId, page(cursor))),
      ]);
      await playContext({ kind: "playlist", id: playlist.id, title: playlist.title }, tracks, playOptions);
    },
    play,
    pause,
    async toggle() {
      if (driver.state.wantsSound && driver.state.phase !== "blocked") return pause();
      await play();
    },
    seek(ms) {
      ensureOpen();
      if (!Number.isFinite(ms))
        throw new SegueError("invalid_argument", { detail: "ms must be a finite number" });
      carryOut({ type: "seek", ms });
    },
    next: () => act({ type: "next" }, true),
    previous: () => act({ type: "previous" }, false),
    skipTo: (uid) => act({ type: "skip_to", uid }, true),
    addToQueue: (tracks) => edit({ type: "add", items: catalog.add(tracks, "up_next") }),
    playNext: (tracks) => edit({ type: "add_first", items: catalog.add(tracks, "up_next") }),
    removeFromQueue: (uid) => edit({ type: "remove", uid }),
    moveInQueue: (uid, beforeUid) => edit({ type: "move", uid, beforeUid }),
    clearUpNext: () => edit({ type: "clear" }),
    setShuffle: (on) => edit({ type: "shuffle", on, seed: seed() }),
    setRepeat: (mode) => edit({ type: "repeat", mode }),
    setVolume(volume) {
      ensureOpen();
      if (!(volume >= 0 && volume <= 1))
        throw new SegueError("invalid_argument", { detail: "volume is from 0 to 1" });
      engine.setVolume(volume);
      options.recorder.setVolume(volume);
      change({ volume });
      observer()?.volumeChanged(volume);
    },
    setNormalization(normalization) {
      ensureOpen();
      change({ normalization });
    },
    retry: () => act({ type: "retry" }, true),
    tick: driver.tick,
    knows: catalog.has,
    adopt({ queue, context, trackOf, startMs, play }) {
      if (closed) return;
      catalog.adopt(itemsOf(queue), trackOf);
      settings = { ...settings, context };
      options.recorder.setContext(context);
      if (startMs !== null && play) {
        timer.begin();
        warm();
      }
      driver.tick();
      driver.dispatch({ type: "adopt", queue, startMs, play });
      publish();
    },
    silence: () => driver.dispatch({ type: "pause" }),
    whenSilent: () => engine.whenSilent(),
    reset() {
      if (closed) return;
      settings = { ...settings, context: null };
      driver.dispatch({ type: "edit", edit: { type: "clear" } });
      driver.dispatch({ type: "load", items: [], startIndex: 0, shuffle: false, seed: 0 });
      publish();
    },
    close() {
      if (closed) return;
      closed = true;
      driver.close();
      for (const check of [...waiting]) check();
      clear();
    },
  };
}

/** Where a window of `size` that holds `index` begins in a list of `length`. */
function windowStart(length: number, index: number, size: number): number {
  return Math.max(0, Math.min(index - Math.floor(size / 10), length - size));
}

function onlyPositionMoved(state: PlaybackState, before: PlaybackState): boolean {
  return (
    state.phase === before.phase &&
    state.queue === before.queue &&
    state.wantsSound === before.wantsSound &&
    state.startMs === before.startMs &&
    state.passes[0] === before.passes[0] &&
    state.refusal === before.refusal &&
    state.error === before.error &&
    Math.abs(state.frame - before.frame) < 96_000
  );
}
