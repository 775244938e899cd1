import {
  beginListening,
  countsAsStream,
  type EndReason,
  type Frames,
  type Hertz,
  hear,
  heardOf,
  type ListeningSession,
  type Milliseconds,
  type Play,
  type PlaybackInput,
  type PlaybackState,
  type RenditionId,
  type StartReason,
  type TrackId,
  uuidText,
  uuidV7,
} from "@segue/core";
import type { PlayContext } from "../client";
import type { Clock } from "../ports/clock";
import type { Engine, EngineEvent, EngineItem } from "../ports/engine";

/** How often an open play is journalled while it sounds; the specification allows 10 s. */
const JOURNAL_EVERY_MS: Milliseconds = 5_000;

/** Where plays go. Neither call may throw. */
export interface PlaySink {
  /** What is known of a play that goes on, as it would be reported if the program died now. */
  journal(userId: string, play: Play): void;
  ended(userId: string, play: Play): void;
}

export interface RecorderOptions {
  readonly engine: Pick<Engine, "on">;
  readonly clock: Clock;
  readonly sink: PlaySink;
  /** Who listens; null when nobody is signed in. */
  readonly userId: () => string | null;
  /** `count` random bytes. */
  readonly random: (count: number) => Uint8Array;
}

/** Turns what the output says was audible into plays. Its clock is the output's: pauses, stalls and jumps add nothing. */
export interface PlayRecorder {
  /** An item was put on the engine's timeline. */
  placed(item: EngineItem): void;
  /** The player took `input`. */
  moved(input: PlaybackInput, state: PlaybackState): void;
  setContext(context: PlayContext | null): void;
  setVolume(volume: number): void;
  /** The play that goes on. */
  readonly open: Play | null;
  /** Journals the open play now, as when the page may be about to go. */
  checkpoint(): void;
  /** Ends the open play and stops listening. */
  close(): void;
}

interface Placed {
  readonly trackId: TrackId;
  readonly renditionId: RenditionId;
  readonly sampleRateHz: Hertz;
}

interface OpenPlay extends Placed {
  readonly uid: string;
  readonly userId: string;
  readonly eventId: string;
  readonly contextKind: string;
  readonly contextId: string;
  readonly startReason: StartReason;
  readonly session: ListeningSession;
}

export function createPlayRecorder({ engine, clock, sink, userId, random }: RecorderOptions): PlayRecorder {
  const placed = new Map<string, Placed>();
  const startReasons = new Map<string, StartReason>();
  let context: PlayContext | null = null;
  let sources: ReadonlyMap<string, "context" | "up_next"> = new Map();
  let volume = 1;
  let open: OpenPlay | null = null;
  let journalledAtMs = Number.NEGATIVE_INFINITY;

  const now = () => ({ monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs(), volume });

  function begin(uid: string, frame: Frames): void {
    const item = placed.get(uid);
    const listener = userId();
    if (!item || listener === null) return;
    const at = now();
    const queued = sources.get(uid) === "up_next";
    journalledAtMs = Number.NEGATIVE_INFINITY;
    open = {
      ...item,
      uid,
      userId: listener,
      eventId: uuidText(uuidV7(Math.max(0, at.wallMs), random(10))),
      contextKind: queued ? "queue" : (context?.kind ?? ""),
      contextId: queued ? "" : (context?.id ?? ""),
      startReason: startReasons.get(uid) ?? "track_done",
      session: beginListening(item.sampleRateHz, { ...at, frame }),
    };
  }

  /** Takes note of `framesPlayed`, and journals from the first audible frame on. */
  function listen(event: { readonly frame?: Frames; readonly framesPlayed: Frames }): void {
    if (!open) return;
    const { frame, framesPlayed } = event;
    const report = { framesPlayed, ...now(), ...(frame === undefined ? {} : { frame }) };
    const before = isStream(open.session);
    open = { ...open, session: hear(open.session, report) };
    // The moment from which a play counts is not left to the next time.
    const counts = !before && isStream(open.session);
    if (counts || clock.monotonicMs() - journalledAtMs >= JOURNAL_EVERY_MS) checkpoint();
  }

  function checkpoint(): void {
    const play = open && playOf(open, "closed");
    if (!open || !play) return;
    journalledAtMs = clock.monotonicMs();
    sink.journal(open.userId, play);
  }

  function end(reason: EndReason): void {
    const ending = open;
    open = null;
    const play = ending && playOf(ending, reason);
    if (ending && play) sink.ended(ending.userId, play);
  }

  function onEngine(event: EngineEvent): void {
    if (event.type === "started") {
      // An item that is placed again, as after a failure, goes on as the same play.
      if (open?.uid === event.uid) listen({ frame: event.frame, framesPlayed: 0 });
      else {
        end("track_done");
        begin(event.uid, event.frame);
      }
    } else if (event.type === "position" && event.uid === open?.uid) listen(event);
    else if (event.type === "ended" && event.uid === open?.uid) {
      listen({ framesPlayed: event.framesPlayed });
      end("track_done");
    }
  }
  const stop = engine.on(onEngine);

  return {
    placed({ uid, manifest }) {
      const { trackId, renditionId, sampleRateHz } = manifest;
      placed.set(uid, { trackId, renditionId, sampleRateHz });
    },
    moved(input, state) {
      if (open && !state.passes.some((pass) => pass.id === open?.uid)) end(endReasonOf(input));
      const current = state.passes[0]?.id;
      const reason = startReasonOf(input);
      if (current !== undefined && reason !== null && !startReasons.has(current) && current !== open?.uid)
        startReasons.set(current, reason);
      sources = new Map(state.passes.map((pass) => [pass.id, pass.item.source]));
      for (const known of [placed, startReasons])
        for (const uid of known.keys()) if (!sources.has(uid) && uid !== open?.uid) known.delete(uid);
    },
    setContext(next) {
      context = next;
    },
    setVolume(next) {
      volume = next;
    },
    get open() {
      return open && playOf(open, "closed");
    },
    checkpoint,
    close() {
      stop();
      end("closed");
    },
  };
}

function isStream(session: ListeningSession): boolean {
  const heard = heardOf(session);
  return heard !== null && countsAsStream(heard);
}

function playOf(open: OpenPlay, endReason: EndReason): Play | null {
  const heard = heardOf(open.session);
  if (heard === null) return null;
  const { eventId, trackId, renditionId, contextKind, contextId, startReason } = open;
  const told = { eventId, trackId, renditionId, contextKind, contextId, startReason, endReason };
  return { ...told, ...heard, offline: false, privateSession: false };
}

/** Why the item that is current after `input` plays; null when `input` chose none. */
function startReasonOf({ type }: PlaybackInput): StartReason | null {
  switch (type) {
    case "load":
    case "skip_to":
    case "play":
    case "retry":
      return "picked";
    case "next":
      return "forward";
    case "previous":
      return "back";
    case "adopt":
      return "transfer";
    default:
      return null;
  }
}

/** Why the item that was current before `input` ended with it. */
function endReasonOf(input: PlaybackInput): EndReason {
  // An empty queue is what signing out leaves.
  if (input.type === "load" && input.items.length === 0) return "closed";
  switch (input.type) {
    case "next":
      return "forward";
    case "previous":
      return "back";
    case "load":
    case "skip_to":
    case "retry":
      return "picked";
    case "started":
    case "ended":
    case "engine_idle":
      return "track_done";
    case "due":
      return "failed";
    case "adopt":
      return "transfer";
    default:
      return "closed";
  }
}
