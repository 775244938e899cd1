/**
 * The sequencer of one session: the only writer of its intent. Pure; the server makes the state durable, then carries the
 * effects out in order (docs/spec/connect.md).
 */
import type { DeviceId } from "../../ids";
import type { Microseconds } from "../types";
import { onCommand } from "./commands";
import { onReport, onVolume } from "./facts";
import { forgetDetached, linkOf, onConnect, onDisconnect, onLeave, onSync } from "./presence";
import { pruneResults, settlePending } from "./results";
import {
  advanceTransfer,
  expireLeases,
  failTransfer,
  hear,
  nextExpiryUs,
  onPrepared,
  onReleased,
  onRenewal,
} from "./right";
import type { Sequencer, SequencerInput, SequencerStep } from "./state";
import { beginTurn, endTurn, type Turn } from "./turn";

/** The state after `input`, and what to do. Never throws; frames of connections that it does not know change nothing. */
export function stepSequencer(state: Sequencer, input: SequencerInput): SequencerStep {
  const turn = beginTurn(state, input);
  // What is overdue comes first, so that no input finds a lease that has run out.
  expire(turn);
  switch (input.type) {
    case "connect":
      onConnect(turn, input);
      break;
    case "disconnect":
      onDisconnect(turn, input.connectionId);
      break;
    case "beat": {
      const device = linkOf(turn.state, input.connectionId)?.[0];
      if (device) hear(turn, device, input.clientSentUs);
      advanceTransfer(turn);
      break;
    }
    case "frame": {
      const device = linkOf(turn.state, input.connectionId)?.[0];
      if (device) onFrame(turn, device, input.frame);
      break;
    }
    case "tick":
      pruneResults(turn);
      forgetDetached(turn);
  }
  return endTurn(turn, state);
}

function onFrame(
  turn: Turn,
  deviceId: DeviceId,
  frame: Extract<SequencerInput, { type: "frame" }>["frame"],
): void {
  switch (frame.type) {
    case "command":
      onCommand(turn, deviceId, frame);
      break;
    case "report":
      onReport(turn, deviceId, frame);
      break;
    case "sync_request":
      onSync(turn, deviceId, frame.stamp);
      break;
    case "prepared":
      hear(turn, deviceId, frame.clientSentUs);
      onPrepared(turn, deviceId, frame.epoch);
      break;
    case "lease_renewal":
      hear(turn, deviceId, frame.clientSentUs);
      onRenewal(turn, deviceId, frame.epoch, frame.clientSentUs);
      break;
    case "released":
      onReleased(turn, deviceId, frame.epoch, frame.anchor);
      break;
    case "volume_report":
      onVolume(turn, deviceId, frame.volume, frame.seq);
      break;
    case "goodbye":
      onLeave(turn, deviceId);
      break;
  }
}

function expire(turn: Turn): void {
  expireLeases(turn);
  const late = turn.state.pending.filter(({ deadlineUs }) => turn.nowUs >= deadlineUs);
  if (late.length === 0) return;
  // A transfer that has been granted has its own deadline; one that has not ends with its last command.
  const { transfer } = turn.state;
  const waiting = turn.state.pending.filter(
    (each) => each.waitsFor.type === "transfer" && !late.includes(each),
  );
  if (
    transfer !== null &&
    transfer.grantedAtUs === null &&
    waiting.length === 0 &&
    late.some(({ waitsFor }) => waitsFor.type === "transfer")
  )
    failTransfer(turn, "timed_out");
  settlePending(turn, "timed_out", (each) => late.includes(each));
}

/** Server time at which `tick` is due; Infinity when nothing waits. */
export function nextTickUs(state: Sequencer): Microseconds {
  return Math.min(nextExpiryUs({ state }), ...state.pending.map(({ deadlineUs }) => deadlineUs));
}
