import { type Backoff, waitMs } from "../backoff";
import type { ErrorCode } from "../errors/error-table";
import type { Milliseconds } from "../units";
import { MAX_BATCH_EVENTS, type Receipt } from "./play-event";

/** Most events that an outbox keeps of one user. */
export const MAX_OUTBOX_EVENTS = 10_000;
/** How long an event waits for others to travel with. */
export const LINGER_MS: Milliseconds = 1_000;
/** Longest random wait after a failure, beyond what the server asks for. */
export const MAX_BACKOFF_MS: Milliseconds = 300_000;
/** Longest that `Retry-After` is obeyed. */
export const MAX_RETRY_AFTER_MS: Milliseconds = 3_600_000;
const RESENDING: Backoff = { firstMs: 1_000, longestMs: MAX_BACKOFF_MS, jitter: 1, asked: "added" };

/** Decides when an outbox sends what. Plain data. */
export interface OutboxState {
  /** `held`: nobody is signed in, or the server refused the listener; nothing is sent until that changes. */
  readonly phase: "held" | "idle" | "waiting" | "sending";
  /** Events that wait, as far as is known. */
  readonly pending: number;
  /** Failures in a row. */
  readonly attempt: number;
  /** Monotonic time before which nothing is sent. */
  readonly notBeforeMs: Milliseconds;
  /** When a `wake` is due; null when none is asked for. */
  readonly wakeAtMs: Milliseconds | null;
  /** Most events of the next batch; halves when a batch is refused as a whole. */
  readonly batchLimit: number;
  /** Sequence numbers under way. */
  readonly underWay: readonly number[];
}

/** What happened. Times are monotonic, in milliseconds; `random` is in [0, 1). */
export type OutboxInput =
  /** Somebody is signed in who has `pending` events. */
  | { readonly type: "opened"; readonly pending: number; readonly nowMs: Milliseconds }
  | { readonly type: "closed" }
  | { readonly type: "appended"; readonly pending: number; readonly nowMs: Milliseconds }
  /** Send now; only what the server asked for is waited out. */
  | { readonly type: "flush"; readonly nowMs: Milliseconds }
  /** The network is back, so that a failure of the network no longer says anything. */
  | { readonly type: "online"; readonly nowMs: Milliseconds }
  | { readonly type: "due"; readonly nowMs: Milliseconds }
  /** The rows that were asked for; none when another program sends, or none are left. */
  | { readonly type: "loaded"; readonly seqs: readonly number[] }
  | {
      readonly type: "answered";
      readonly receipts: readonly Pick<Receipt, "status">[];
      readonly nowMs: Milliseconds;
      readonly random: number;
    }
  | {
      readonly type: "failed";
      readonly code: ErrorCode;
      readonly retryAfterMs?: Milliseconds;
      readonly nowMs: Milliseconds;
      readonly random: number;
    };

/** What to do, in order. */
export type OutboxEffect =
  /** Read up to `limit` of the oldest rows, send them, and answer with `loaded`, then `answered` or `failed`. */
  | { readonly type: "send"; readonly limit: number; readonly attempt: number }
  /** Forget rows whose receipt is final. */
  | { readonly type: "settle"; readonly seqs: readonly number[] }
  /** Forget rows and count them as lost. */
  | { readonly type: "drop"; readonly seqs: readonly number[]; readonly reason: "refused" }
  /** Make the server know the device again before the next attempt. */
  | { readonly type: "register" }
  /** Come back with `due` after this long. */
  | { readonly type: "wake"; readonly afterMs: Milliseconds };

export interface OutboxStep {
  readonly state: OutboxState;
  readonly effects: readonly OutboxEffect[];
}

export const CLOSED_OUTBOX: OutboxState = {
  phase: "held",
  pending: 0,
  attempt: 0,
  notBeforeMs: 0,
  wakeAtMs: null,
  batchLimit: MAX_BATCH_EVENTS,
  underWay: [],
};

/** The whole batch was refused because of what is in it. */
const REFUSED: ReadonlySet<ErrorCode> = new Set([
  "malformed_body",
  "invalid_request",
  "invalid_id",
  "body_too_large",
]);
/** The server does not take this listener's events; only another sign-in changes that. */
const HELD: ReadonlySet<ErrorCode> = new Set(["unauthenticated", "forbidden", "not_signed_in"]);

/** The outbox after `input`, and what to do. */
export function outboxStep(state: OutboxState, input: OutboxInput): OutboxStep {
  switch (input.type) {
    case "opened":
      return soon({ ...CLOSED_OUTBOX, phase: "idle", pending: input.pending }, input.nowMs, 0);
    case "closed":
      return { state: CLOSED_OUTBOX, effects: [] };
    case "appended":
      return soon({ ...state, pending: input.pending }, input.nowMs, LINGER_MS);
    case "online":
      return soon({ ...state, notBeforeMs: state.attempt > 0 ? 0 : state.notBeforeMs }, input.nowMs, 0);
    case "flush":
      return soon(state, input.nowMs, 0);
    case "due":
      if (state.phase !== "waiting" || state.wakeAtMs === null || input.nowMs < state.wakeAtMs)
        return { state, effects: [] };
      return send(state);
    case "loaded":
      if (state.phase !== "sending") return { state, effects: [] };
      if (input.seqs.length > 0) return { state: { ...state, underWay: input.seqs }, effects: [] };
      return { state: { ...state, phase: "idle", pending: 0, wakeAtMs: null }, effects: [] };
    case "answered":
      return onAnswered(state, input);
    case "failed":
      return onFailed(state, input);
  }
}

/** Sends at the latest `withinMs` from now, unless something earlier is planned or the server wants to be left alone. */
function soon(state: OutboxState, nowMs: Milliseconds, withinMs: Milliseconds): OutboxStep {
  if (state.phase === "held" || state.phase === "sending" || state.pending === 0)
    return { state, effects: [] };
  const full = state.pending >= state.batchLimit;
  const at = Math.max(state.notBeforeMs, nowMs + (full ? 0 : withinMs));
  if (at <= nowMs) return send(state);
  if (state.phase === "waiting" && state.wakeAtMs !== null && state.wakeAtMs <= at)
    return { state, effects: [] };
  return {
    state: { ...state, phase: "waiting", wakeAtMs: at },
    effects: [{ type: "wake", afterMs: at - nowMs }],
  };
}

function send(state: OutboxState): OutboxStep {
  return {
    state: { ...state, phase: "sending", wakeAtMs: null, underWay: [] },
    effects: [{ type: "send", limit: state.batchLimit, attempt: state.attempt }],
  };
}

function onAnswered(state: OutboxState, input: Extract<OutboxInput, { type: "answered" }>): OutboxStep {
  if (state.phase !== "sending") return { state, effects: [] };
  if (input.receipts.length !== state.underWay.length)
    return onFailed(state, { ...input, type: "failed", code: "protocol" });
  const final = state.underWay.filter((_, i) => input.receipts[i]!.status !== "retry");
  const settled: OutboxState = {
    ...state,
    pending: Math.max(0, state.pending - final.length),
    underWay: [],
    batchLimit: Math.min(MAX_BATCH_EVENTS, state.batchLimit * 2),
  };
  const settle: OutboxEffect[] = final.length > 0 ? [{ type: "settle", seqs: final }] : [];
  const again = final.length < input.receipts.length;
  const { state: next, effects } = again
    ? backOff(settled, input.nowMs, input.random, 0)
    : soon({ ...settled, phase: "idle", attempt: 0, notBeforeMs: 0 }, input.nowMs, 0);
  return { state: next, effects: [...settle, ...effects] };
}

function onFailed(state: OutboxState, input: Extract<OutboxInput, { type: "failed" }>): OutboxStep {
  if (state.phase !== "sending") return { state, effects: [] };
  if (HELD.has(input.code)) return { state: { ...state, phase: "held", underWay: [] }, effects: [] };
  const { underWay } = state;
  if (REFUSED.has(input.code) && underWay.length > 1)
    return send({ ...state, batchLimit: Math.max(1, Math.floor(underWay.length / 2)) });
  if (REFUSED.has(input.code) && underWay.length === 1) {
    const lighter = {
      ...state,
      phase: "idle" as const,
      pending: Math.max(0, state.pending - 1),
      underWay: [],
    };
    const next = soon(lighter, input.nowMs, 0);
    return {
      state: next.state,
      effects: [{ type: "drop", seqs: underWay, reason: "refused" }, ...next.effects],
    };
  }
  const asked = Math.min(MAX_RETRY_AFTER_MS, input.retryAfterMs ?? 0);
  const waiting = backOff({ ...state, underWay: [] }, input.nowMs, input.random, asked);
  const register: OutboxEffect[] = input.code === "device_unknown" ? [{ type: "register" }] : [];
  return { state: waiting.state, effects: [...register, ...waiting.effects] };
}

/** Waits what the server asked for and a random time below a bound that doubles with each failure. */
function backOff(state: OutboxState, nowMs: Milliseconds, random: number, askedMs: Milliseconds): OutboxStep {
  const attempt = state.attempt + 1;
  const afterMs = waitMs(RESENDING, attempt, random, askedMs);
  return {
    state: {
      ...state,
      phase: "waiting",
      attempt,
      // Of the wait only what the server asked for holds against a flush or the network's return.
      notBeforeMs: nowMs + askedMs,
      wakeAtMs: nowMs + afterMs,
    },
    effects: [{ type: "wake", afterMs }],
  };
}

/** A row of the outbox, as far as dropping looks at it. */
export interface OutboxRow {
  readonly seq: number;
  /** Whether the play counts as a stream. */
  readonly counts: boolean;
}

/** The rows to drop so that at most `keep` stay: the oldest that do not count first, then the oldest. */
export function overflow(rows: readonly OutboxRow[], keep: number = MAX_OUTBOX_EVENTS): readonly number[] {
  const excess = rows.length - keep;
  if (excess <= 0) return [];
  const byAge = [...rows].sort((a, b) => a.seq - b.seq);
  const order = [...byAge.filter((row) => !row.counts), ...byAge.filter((row) => row.counts)];
  return order
    .slice(0, excess)
    .map((row) => row.seq)
    .sort((a, b) => a - b);
}

/** How many of the oldest rows, given the bytes that each takes, make one batch. At least 1 unless there are none. */
export function batchSize(bytes: readonly number[], limit: number, maxBytes: number): number {
  let total = 0;
  let count = 0;
  for (const size of bytes.slice(0, limit)) {
    total += size;
    if (count > 0 && total > maxBytes) break;
    count += 1;
  }
  return count;
}
