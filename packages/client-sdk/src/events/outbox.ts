import {
  CLOSED_OUTBOX,
  countsAsStream,
  MAX_OUTBOX_EVENTS,
  type OutboxEffect,
  type OutboxInput,
  type OutboxState,
  outboxStep,
  overflow,
  type Play,
  type Receipt,
  SegueError,
} from "@segue/core";
import type { PlayReport } from "../client";
import type { Clock } from "../ports/clock";
import type { OutboxStore, StoredPlay } from "../ports/outbox-store";
import type { Sender } from "./sender";

/** Looking for plays beyond the bound takes a moment, so that it is done once in a while. */
const TRIM_SLACK = 100;

export interface OutboxOptions {
  readonly store: OutboxStore;
  readonly sender: Sender;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Makes the server know the device again. */
  readonly forgetDevice: (userId: string) => Promise<void>;
  readonly onReport: (report: PlayReport) => void;
  readonly onPending: () => void;
  readonly onError: (error: SegueError) => void;
}

/** Carries out what core's outbox decides, for the listener who is signed in. */
export interface Outbox {
  readonly state: OutboxState;
  /** The last error of sending or storing; null after a success. */
  readonly error: SegueError | null;
  /** Somebody signed in, or nobody is. */
  listener(userId: string | null): void;
  /** Puts an ended play into the outbox; durable once resolved. @throws SegueError `unavailable` */
  add(userId: string, play: Play): Promise<void>;
  online(): void;
  /** Sends what waits. Resolves when nothing does, or an attempt has failed. */
  flush(): Promise<void>;
  close(): void;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { store, sender, clock, random } = options;
  let state = CLOSED_OUTBOX;
  let userId: string | null = null;
  let error: SegueError | null = null;
  let cancelWake = () => {};
  let stored = 0;
  let settling: Promise<void> = Promise.resolve();
  let closed = false;
  const resting = new Set<() => void>();
  const forgetChange = store.onChange(() => void recount());

  function input(next: OutboxInput): void {
    if (closed) return;
    const before = state.pending;
    const step = outboxStep(state, next);
    state = step.state;
    for (const effect of step.effects) run(effect);
    if (state.pending !== before) options.onPending();
    if (state.phase !== "sending") for (const rest of [...resting]) rest();
  }

  function run(effect: OutboxEffect): void {
    const listener = userId;
    if (listener === null) return;
    switch (effect.type) {
      case "wake":
        cancelWake();
        cancelWake = clock.after(effect.afterMs, () => input({ type: "due", nowMs: clock.monotonicMs() }), {
          background: true,
        });
        return;
      case "settle":
        settling = store.settle(listener, effect.seqs);
        guard(settling);
        return;
      case "drop":
        guard(store.drop(listener, effect.seqs, effect.reason));
        return;
      case "register":
        guard(options.forgetDevice(listener));
        return;
      case "send":
        return void send(listener, effect.limit, effect.attempt);
    }
  }

  function guard(work: Promise<void>): void {
    work.catch((cause) => note(SegueError.from(cause, "unavailable")));
  }

  function note(next: SegueError): void {
    error = next;
    options.onError(next);
  }

  async function send(listener: string, limit: number, attempt: number): Promise<void> {
    const mine = () => userId === listener && !closed;
    try {
      await store.exclusive(async () => {
        if (!mine()) return;
        const sent = await sender.send(listener, limit, attempt, (rows) => {
          if (mine()) input({ type: "loaded", seqs: rows.map(({ seq }) => seq) });
        });
        if (sent.rows.length === 0) return;
        error = null;
        const { rows, receipts } = sent;
        if (mine()) input({ type: "answered", receipts, nowMs: clock.monotonicMs(), random: random() });
        else settling = store.settle(listener, finalOf(rows, receipts));
        // Within the lock, so that no other program sends again what was answered.
        await settling;
        report(rows, receipts);
      });
    } catch (cause) {
      const failure = SegueError.from(cause, "protocol");
      if (!mine()) return;
      note(failure);
      const { code, retryAfterMs } = failure;
      const asked = retryAfterMs === undefined ? {} : { retryAfterMs };
      input({ type: "failed", code, ...asked, nowMs: clock.monotonicMs(), random: random() });
    }
  }

  function report(rows: readonly StoredPlay[], receipts: readonly Receipt[]): void {
    rows.forEach(({ play }, i) => {
      const { status, reason } = receipts[i]!;
      if (status === "retry") return;
      const known = status === "accepted" || status === "duplicate";
      options.onReport({ play, status, reason, counted: known && countsAsStream(play) });
    });
  }

  async function recount(): Promise<void> {
    const listener = userId;
    if (listener === null) return;
    const pending = await store.count(listener).catch(() => null);
    if (pending === null || userId !== listener) return;
    input({ type: "appended", pending, nowMs: clock.monotonicMs() });
  }

  async function trim(listener: string): Promise<void> {
    if ((await store.count(listener)) <= MAX_OUTBOX_EVENTS) return;
    const rows = await store.list(listener, MAX_OUTBOX_EVENTS + 10 * TRIM_SLACK);
    const seqs = overflow(rows.map(({ seq, play }) => ({ seq, counts: countsAsStream(play) })));
    await store.drop(listener, seqs, "full");
  }

  /** Sends one batch now, if it may. Whether that was done and went well. */
  async function attempted(): Promise<boolean> {
    const { attempt } = state;
    input({ type: "flush", nowMs: clock.monotonicMs() });
    if (state.phase !== "sending") return false;
    await new Promise<void>((resolve) => {
      const rest = () => {
        resting.delete(rest);
        resolve();
      };
      resting.add(rest);
    });
    const { phase } = outboxState();
    return !closed && phase !== "held" && state.attempt <= attempt;
  }
  const outboxState = (): OutboxState => state;

  return {
    get state() {
      return state;
    },
    get error() {
      return error;
    },
    listener(next) {
      if (next === userId) return;
      userId = next;
      cancelWake();
      input({ type: "closed" });
      if (next === null) return;
      void store.count(next).then(
        (pending) => {
          if (userId === next) input({ type: "opened", pending, nowMs: clock.monotonicMs() });
        },
        (cause) => note(SegueError.from(cause, "unavailable")),
      );
    },
    async add(listener, play) {
      try {
        await store.commit(listener, play);
      } catch (cause) {
        note(SegueError.from(cause, "unavailable"));
        throw cause;
      }
      stored += 1;
      if (stored % TRIM_SLACK === 1) await trim(listener).catch(() => undefined);
      if (listener === userId) await recount();
    },
    online: () => input({ type: "online", nowMs: clock.monotonicMs() }),
    async flush() {
      await recount();
      while (await attempted()) if (state.pending === 0) return;
    },
    close() {
      closed = true;
      cancelWake();
      forgetChange();
      for (const rest of [...resting]) rest();
    },
  };
}

const finalOf = (rows: readonly StoredPlay[], receipts: readonly Receipt[]): readonly number[] =>
  rows.filter((_, i) => receipts[i]!.status !== "retry").map(({ seq }) => seq);
