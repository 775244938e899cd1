import { type DeviceId, type Play, SegueError } from "@segue/core";
import type { Transport } from "../api/transport";
import type { Events, EventsEvents, EventsSnapshot } from "../client";
import type { Clock } from "../ports/clock";
import type { Engine } from "../ports/engine";
import type { OutboxStore } from "../ports/outbox-store";
import { createEmitter } from "../surface/emitter";
import { createOutbox } from "./outbox";
import { createPlayRecorder, type PlayRecorder } from "./recorder";
import { createSender } from "./sender";

export interface EventsOptions {
  readonly engine: Pick<Engine, "on">;
  readonly transport: Transport;
  readonly store: OutboxStore;
  readonly clock: Clock;
  readonly deviceId: (userId: string) => Promise<DeviceId>;
  readonly forgetDevice: (userId: string) => Promise<void>;
  /** Who is signed in; null when nobody is. */
  readonly userId: () => string | null;
  readonly leaving: () => boolean;
  readonly onError: (error: SegueError) => void;
}

export interface EventsDriver extends Events {
  readonly recorder: PlayRecorder;
  /** The sign-in changed. */
  listenerChanged(): void;
  /** The page may be about to go: journals, and sends what waits. */
  leave(): void;
  online(): void;
  inspect(): EventsSnapshot;
  /** Ends the open play, tries for a moment to send what waits, and stops. */
  close(): Promise<void>;
}

/** How long closing waits for what is sent. What was not sent is sent by the next program. */
const CLOSE_WAIT_MS = 3_000;

export function createEvents(options: EventsOptions): EventsDriver {
  const { store, clock, userId } = options;
  const { on, emit, clear } = createEmitter<EventsEvents>();
  const sender = createSender(options);
  const storing = new Set<Promise<unknown>>();

  /** Errors of storing are told by the outbox; nobody waits for them here. */
  function keep(work: Promise<unknown>): void {
    const done = work.catch(() => undefined).finally(() => storing.delete(done));
    storing.add(done);
  }

  const outbox = createOutbox({
    ...options,
    sender,
    random: Math.random,
    onReport(report) {
      emit("report", report);
      if (report.counted) emit("counted", report);
    },
    onPending: () => emit("pending", outbox.state.pending),
  });

  const recorder = createPlayRecorder({
    ...options,
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    sink: {
      journal: (listener, play) => keep(store.journal(listener, play).catch(tell)),
      ended(listener, play) {
        sender.ended(play.eventId, clock.monotonicMs() - Math.max(0, clock.wallMs() - play.endedAtMs));
        keep(outbox.add(listener, play));
      },
    },
  });

  function tell(cause: unknown): void {
    options.onError(SegueError.from(cause, "unavailable"));
  }

  async function adopt(): Promise<void> {
    if ((await store.adoptOrphans()) > 0) await outbox.flush();
  }
  keep(adopt().catch(tell));

  return {
    recorder,
    get pending() {
      return outbox.state.pending;
    },
    on,
    async flush() {
      await Promise.all(storing);
      await outbox.flush();
    },
    listenerChanged: () => outbox.listener(userId()),
    leave() {
      recorder.checkpoint();
      keep(outbox.flush());
    },
    online: outbox.online,
    inspect() {
      const { phase, pending, attempt } = outbox.state;
      const play = recorder.open;
      return { phase, pending, attempt, error: outbox.error?.code ?? null, open: play && openOf(play) };
    },
    async close() {
      recorder.close();
      await Promise.all(storing);
      let cancel = () => {};
      const patience = new Promise<void>((resolve) => (cancel = clock.after(CLOSE_WAIT_MS, resolve)));
      await Promise.race([outbox.flush().catch(() => undefined), patience]);
      cancel();
      outbox.close();
      clear();
      await store.close();
    },
  };
}

const openOf = ({ trackId, msPlayed }: Play) => ({ trackId, msPlayed });
