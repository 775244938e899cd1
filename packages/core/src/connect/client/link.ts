/** The connection: opened, greeted, lost and opened again. */
import { boundMs } from "../../backoff";
import type { ErrorCode } from "../../errors/error-table";
import type { Milliseconds } from "../../units";
import { addSample, CLOCK_SAMPLES, useClock } from "../clock-sync";
import type { Resume, ServerFrame, Welcome } from "../frames";
import { frameOf, giveUp } from "./commands";
import { isSounding } from "./state";
import { type ClientTurn, clientUs, patch, send } from "./turn";

/** Bounds of the random delay before a connection is opened again. */
const REOPENING = { firstMs: 500, longestMs: 60_000 };
/** A connection that lasted this long ends a row of failures. */
const STABLE_MS: Milliseconds = 60_000;
/** A server that does not answer a beat for this long is not there. */
const SILENT_MS: Milliseconds = 10_000;
const SILENT = 3002;
const BURST_EVERY_MS: Milliseconds = 50;
const BURST = CLOCK_SAMPLES / 2;

/** Close codes after which nothing is tried again until the application asks, and what they mean. */
const FINAL: Readonly<Record<number, ErrorCode>> = {
  1002: "protocol",
  1003: "protocol",
  1007: "protocol",
  1009: "protocol",
  3501: "unauthenticated",
  3503: "aborted",
  3504: "device_unknown",
};
const TOKEN_EXPIRED = 3003;

const isFinal = (code: number) => code in FINAL || (code >= 3500 && code <= 3999);

export function onStart(turn: ClientTurn): void {
  if (turn.state.link !== "stopped") return;
  patch(turn, { link: "opening", stoppedBy: null, failures: 0 });
  turn.effects.push({ type: "open", minMs: 0, maxMs: 0 }, { type: "changed" });
}

export function onStop(turn: ClientTurn, reason: string): void {
  if (turn.state.link === "stopped") return;
  send(turn, { type: "goodbye", reason });
  turn.effects.push({ type: "close", code: 1000 });
  forgetLink(turn);
  patch(turn, { link: "stopped", right: "none", heldEpoch: 0, silencing: 0, preparing: 0 });
  giveUp(turn, turn.state.pending, "aborted");
  turn.effects.push({ type: "changed" });
}

export function onOpened(turn: ClientTurn): void {
  if (turn.state.link !== "opening") return;
  patch(turn, { link: "greeting", unansweredMs: turn.nowMs });
  turn.effects.push({ type: "authenticate", fresh: false });
}

export function onToken(turn: ClientTurn, token: string | null): void {
  const { link } = turn.state;
  if (token === null) return;
  if (link === "up") send(turn, { type: "auth_renewal", accessToken: token });
  if (link !== "greeting") return;
  const { me, volume } = turn.state;
  turn.effects.push({
    type: "send",
    frame: { type: "hello", accessToken: token, device: me, resume: resumeOf(turn), volume },
  });
}

function resumeOf({ state }: ClientTurn): Resume | null {
  const { sessionId, stamp, pending, heldEpoch } = state;
  if (sessionId === null || stamp === null) return null;
  return {
    sessionId,
    stamp,
    pendingCommandIds: pending.map(({ commandId }) => commandId),
    heldEpoch,
    sounding: isSounding(state),
  };
}

export function onWelcome(turn: ClientTurn, frame: Welcome): void {
  if (turn.state.link !== "greeting") return;
  const other = turn.state.sessionId !== null && turn.state.sessionId !== frame.sessionId;
  patch(turn, {
    link: "up",
    upSinceMs: turn.nowMs,
    sessionId: frame.sessionId,
    ...(other && { stamp: null, session: null, heldEpoch: 0, right: "none" as const }),
    clock: useClock(turn.state.clock, frame.clockId),
    heartbeatMs: frame.heartbeatMs,
    playingHeartbeatMs: frame.playingHeartbeatMs,
    nextBeatMs: turn.nowMs,
    unansweredMs: Number.POSITIVE_INFINITY,
    burst: BURST,
    reportSeq: 0,
    lastReport: null,
    preparing: 0,
    nextRenewalMs: turn.state.heldEpoch > 0 ? turn.nowMs : Number.POSITIVE_INFINITY,
  });
  turn.effects.push({ type: "changed" });
  for (const command of turn.state.pending) send(turn, frameOf(command));
}

export function onClosed(turn: ClientTurn, code: number): void {
  const { link, failures, upSinceMs } = turn.state;
  if (link === "stopped" || link === "waiting") return;
  const stable = link === "up" && turn.nowMs - upSinceMs >= STABLE_MS;
  forgetLink(turn);
  if (isFinal(code)) {
    patch(turn, { link: "stopped", stoppedBy: FINAL[code] ?? "protocol", right: "none", heldEpoch: 0 });
    giveUp(turn, turn.state.pending, turn.state.stoppedBy ?? "protocol");
    // Another connection of this device took its place, or the device is none any more.
    if (code === 3503 || code === 3504 || code === 3501) turn.effects.push({ type: "silence" });
    turn.effects.push({ type: "changed" });
    return;
  }
  const row = stable ? 1 : failures + 1;
  const maxMs = boundMs(REOPENING, row);
  patch(turn, { link: "opening", failures: row });
  if (code === TOKEN_EXPIRED) turn.effects.push({ type: "authenticate", fresh: true });
  turn.effects.push({ type: "open", minMs: 0, maxMs }, { type: "changed" });
}

function forgetLink(turn: ClientTurn): void {
  patch(turn, {
    nextBeatMs: Number.POSITIVE_INFINITY,
    unansweredMs: Number.POSITIVE_INFINITY,
    nextRenewalMs: Number.POSITIVE_INFINITY,
    burst: 0,
    silencing: 0,
  });
}

/** The server goes away: this connection ends now, and the next one is opened when the server says. */
export function onGoAway(turn: ClientTurn, minMs: Milliseconds, maxMs: Milliseconds): void {
  forgetLink(turn);
  patch(turn, { link: "opening", failures: 0 });
  turn.effects.push({ type: "close", code: 1000 });
  turn.effects.push({ type: "open", minMs, maxMs: Math.max(minMs, maxMs) }, { type: "changed" });
}

export function onBeatAck(turn: ClientTurn, frame: Extract<ServerFrame, { type: "beat_ack" }>): void {
  const { clock, burst, awakeSinceMs } = turn.state;
  const before = frame.clientSentUs < awakeSinceMs * 1000;
  patch(turn, {
    clock: before
      ? clock
      : addSample(clock, {
          clientSentUs: frame.clientSentUs,
          serverReceivedUs: frame.serverReceivedUs,
          serverSentUs: frame.serverSentUs,
          clientReceivedUs: clientUs(turn),
        }),
    unansweredMs: Number.POSITIVE_INFINITY,
    burst: Math.max(0, burst - 1),
    ...(burst > 1 && { nextBeatMs: turn.nowMs + BURST_EVERY_MS }),
  });
}

/** A monotonic clock may have stood still during a sleep: its samples say nothing of now. */
export function forgetClock(turn: ClientTurn): void {
  patch(turn, {
    clock: { ...turn.state.clock, samples: [] },
    awakeSinceMs: turn.nowMs,
    burst: BURST,
    nextBeatMs: Math.min(turn.state.nextBeatMs, turn.nowMs),
  });
}

/** Beats when it is time: more often with the right to sound, or while it comes. Gives a silent connection up. */
export function beatIfDue(turn: ClientTurn): void {
  const { link, nextBeatMs, right, preparing, heartbeatMs, playingHeartbeatMs, unansweredMs } = turn.state;
  if (link !== "up" && link !== "greeting") return;
  if (turn.nowMs - unansweredMs >= SILENT_MS) {
    turn.effects.push({ type: "close", code: SILENT });
    onClosed(turn, SILENT);
    return;
  }
  if (link === "greeting" || turn.nowMs < nextBeatMs) return;
  send(turn, { type: "beat", clientSentUs: clientUs(turn) });
  const often = right !== "none" || preparing > 0;
  patch(turn, {
    nextBeatMs: turn.nowMs + (often ? playingHeartbeatMs : heartbeatMs),
    unansweredMs: Math.min(unansweredMs, turn.nowMs),
  });
}

/** When a silent connection is given up. */
export const givesUpAtMs = (unansweredMs: Milliseconds): Milliseconds => unansweredMs + SILENT_MS;
