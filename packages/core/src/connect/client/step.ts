/** A device or controller of a session (docs/spec/connect.md). Pure; the SDK carries the effects out in order. */
import type { Milliseconds } from "../../units";
import { expireCommands, onCommand, onResult } from "./commands";
import { lapse, onGrant, onPrepare, onRevoke, onSilent, renewIfDue } from "./lease";
import {
  beatIfDue,
  forgetClock,
  givesUpAtMs,
  onBeatAck,
  onClosed,
  onGoAway,
  onOpened,
  onStart,
  onStop,
  onToken,
  onWelcome,
} from "./link";
import { onDelta, onSnapshot } from "./mirror";
import { reportIfDue } from "./reports";
import type { ClientInput, ClientStep, ConnectClient } from "./state";
import { type ClientTurn, patch, send } from "./turn";

/** A wall clock that ran this much further than the monotonic one means that the device slept. */
const SLEPT_MS: Milliseconds = 200;

/** The state after `input`, and what to do. Never throws. */
export function stepClient(state: ConnectClient, input: ClientInput): ClientStep {
  const turn: ClientTurn = { nowMs: input.nowMs, state, effects: [] };
  noteTime(turn, input.wallMs);
  onInput(turn, input);
  renewIfDue(turn);
  beatIfDue(turn);
  expireCommands(turn);
  reportIfDue(turn);
  return { state: turn.state, effects: turn.effects };
}

/** A lease that ran out, or that a sleep covers, has lapsed before anything else is looked at. */
function noteTime(turn: ClientTurn, wallMs: Milliseconds): void {
  const { seen, leaseUntilMs } = turn.state;
  const slept = seen !== null && wallMs - seen.wallMs - (turn.nowMs - seen.nowMs) > SLEPT_MS;
  patch(turn, { seen: { nowMs: turn.nowMs, wallMs } });
  if (slept) forgetClock(turn);
  if (slept || turn.nowMs >= leaseUntilMs) lapse(turn, slept);
}

function onInput(turn: ClientTurn, input: ClientInput): void {
  switch (input.type) {
    case "start":
      onStart(turn);
      break;
    case "stop":
      onStop(turn, input.reason);
      break;
    case "opened":
      onOpened(turn);
      break;
    case "token":
      onToken(turn, input.token);
      break;
    case "closed":
      onClosed(turn, input.code);
      break;
    case "command":
      onCommand(turn, input);
      break;
    case "facts":
      patch(turn, { facts: input.facts });
      break;
    case "silent":
      onSilent(turn, input.facts);
      break;
    case "volume":
      patch(turn, { volume: input.volume });
      send(turn, { type: "volume_report", volume: input.volume, seq: input.seq });
      break;
    case "followed":
      patch(turn, { diverged: false });
      break;
    case "frame":
      onFrame(turn, input.frame);
      break;
    case "tick":
      break;
  }
}

function onFrame(turn: ClientTurn, frame: Extract<ClientInput, { type: "frame" }>["frame"]): void {
  if (frame.type === "welcome") onWelcome(turn, frame);
  if (frame.type === "welcome" || turn.state.link !== "up") return;
  switch (frame.type) {
    case "beat_ack":
      onBeatAck(turn, frame);
      break;
    case "snapshot":
      onSnapshot(turn, frame.stamp, frame.state);
      break;
    case "delta":
      onDelta(turn, frame);
      break;
    case "command_result":
      onResult(turn, frame);
      break;
    case "prepare":
      onPrepare(turn, frame.epoch);
      break;
    case "lease_grant":
      onGrant(turn, frame.epoch, frame.leaseMs, frame.clientSentUs);
      break;
    case "revoke":
      onRevoke(turn, frame.epoch);
      break;
    case "auth_required":
      turn.effects.push({ type: "authenticate", fresh: true });
      break;
    case "go_away":
      onGoAway(turn, frame.reconnectMinMs, frame.reconnectMaxMs);
      break;
    case "volume_request":
      turn.effects.push({ type: "set_volume", volume: frame.volume, seq: frame.seq });
      break;
    case "command_accepted":
    case "fault":
      break;
  }
}

/** Monotonic time at which `tick` is due; Infinity when nothing waits. */
export function nextClientTickMs(state: ConnectClient): Milliseconds {
  const lease = state.right === "held" ? state.leaseUntilMs : Number.POSITIVE_INFINITY;
  const up = state.link === "up";
  return Math.min(
    lease,
    up ? state.nextBeatMs : Number.POSITIVE_INFINITY,
    up ? state.nextRenewalMs : Number.POSITIVE_INFINITY,
    up || state.link === "greeting" ? givesUpAtMs(state.unansweredMs) : Number.POSITIVE_INFINITY,
    state.nextReportMs,
    ...state.pending.map(({ expiresAtMs }) => expiresAtMs),
  );
}
