/** What commands do to a session. */
import type { DeviceId } from "../../ids";
import {
  advance,
  editQueue,
  goBack,
  loadContext,
  type QueueEdit,
  type QueueItem,
  type QueueState,
  resumeQueue,
  skipTo,
} from "../../queue/queue";
import { COMMAND_DEADLINE_MS, MAX_SESSION_UP_NEXT, TRANSFER_DEADLINE_MS } from "../limits";
import { bounded } from "../session-queue";
import type { Action, Command, Outcome } from "../types";
import { answerAgain, settle } from "./results";
import { advanceTransfer, beginTransfer, setCue } from "./right";
import { commandKey, type PendingCommand } from "./state";
import { nextVersion, patch, patchSession, send, type Turn } from "./turn";

/** How a command goes on: it has ended, or it waits for a device. */
type Fate =
  | { readonly outcome: Outcome; readonly reasons?: readonly string[] }
  | { readonly waitsFor: PendingCommand["waitsFor"] };

const APPLIED: Fate = { outcome: "applied" };
const NOOP: Fate = { outcome: "noop" };
const CONFLICT: Fate = { outcome: "conflict" };
const UNREACHABLE: Fate = { outcome: "device_unreachable" };
const restricted = (reason: string): Fate => ({ outcome: "restricted", reasons: [reason] });

/** Carries a command out once, and answers repetitions with what became of it. */
export function onCommand(turn: Turn, deviceId: DeviceId, command: Command): void {
  const { commandId } = command;
  if (answerAgain(turn, deviceId, commandId)) return;
  turn.cause = commandId;
  const fate = check(turn, deviceId, command) ?? act(turn, command.action!);
  if ("outcome" in fate) {
    // What was overdue may have changed the session before the command, which did not.
    if (fate.outcome !== "applied") turn.cause = null;
    settle(turn, deviceId, commandId, fate.outcome, fate.reasons);
    return;
  }
  const usual = fate.waitsFor.type === "transfer" ? TRANSFER_DEADLINE_MS : COMMAND_DEADLINE_MS;
  const pending: PendingCommand = {
    key: commandKey(deviceId, commandId),
    deviceId,
    commandId,
    deadlineUs: turn.nowUs + (command.deadlineMs || usual) * 1000,
    waitsFor: fate.waitsFor,
  };
  patch(turn, { pending: [...turn.state.pending, pending] });
  send(turn, deviceId, (stamp) => ({ type: "command_accepted", commandId, stamp }));
}

/** Why a command is not carried out; null when nothing forbids it. */
function check(turn: Turn, deviceId: DeviceId, command: Command): Fate | null {
  const { stamp, session, links } = turn.state;
  if (!links.get(deviceId)?.info.controller) return restricted("not_a_controller");
  if (command.action === null) return { outcome: "unsupported" };
  if (command.ifEpoch !== null && command.ifEpoch !== stamp.epoch) return { outcome: "stale_epoch" };
  if (command.ifQueueRev !== null && command.ifQueueRev !== stamp.queueRev) return CONFLICT;
  if (command.ifItemUid !== null && command.ifItemUid !== session.queue.current?.uid) return CONFLICT;
  return null;
}

function act(turn: Turn, action: Action): Fate {
  const { session } = turn.state;
  const { queue } = session;
  switch (action.type) {
    case "play":
      return onPlay(turn);
    case "pause":
      return onPause(turn);
    case "seek":
      if (queue.current === null) return CONFLICT;
      return move(turn, queue, action.positionMs);
    case "skip":
      return onSkip(turn, action.by);
    case "skip_to": {
      const moved = skipTo(queue, action.itemUid);
      return moved === queue ? CONFLICT : move(turn, moved, 0, true);
    }
    case "set_volume":
      return onSetVolume(turn, action.deviceId, action.volume);
    case "set_options":
      return onSetOptions(turn, action);
    case "play_context":
      return onPlayContext(turn, action);
    case "add_items": {
      if (queue.upNext.length + action.items.length > MAX_SESSION_UP_NEXT) return restricted("queue_full");
      const items = action.items.map((item): QueueItem => ({ ...item, source: "up_next" }));
      return edit(turn, { type: action.first ? "add_first" : "add", items });
    }
    case "remove_item":
      return edit(turn, { type: "remove", uid: action.uid });
    case "move_item":
      return edit(turn, { type: "move", uid: action.uid, beforeUid: action.beforeUid });
    case "clear_up_next":
      return edit(turn, { type: "clear" });
    case "transfer":
      return onTransfer(turn, action);
  }
}

/** The device that carries intent out: the active one, or the one that is about to be. */
function performer(turn: Turn): DeviceId | null {
  const { session, transfer } = turn.state;
  return session.activeDeviceId ?? transfer?.toDeviceId ?? null;
}

/** Waits for a report of this turn's version, when there is a device to send one. */
function reported(turn: Turn): Fate {
  return performer(turn) === null ? APPLIED : { waitsFor: { type: "report", version: nextVersion(turn) } };
}

function unreachable(turn: Turn): boolean {
  const device = performer(turn);
  return device !== null && !turn.state.links.has(device);
}

function onPlay(turn: Turn): Fate {
  const { session } = turn.state;
  if (performer(turn) === null) return restricted("no_active_device");
  if (unreachable(turn)) return UNREACHABLE;
  const queue = bounded(resumeQueue(session.queue));
  if (queue.current === null) return CONFLICT;
  if (session.wantPlaying && queue === session.queue) return NOOP;
  patchSession(turn, { wantPlaying: true, queue });
  if (queue !== session.queue) setCue(turn, 0);
  return reported(turn);
}

function onPause(turn: Turn): Fate {
  if (performer(turn) === null || !turn.state.session.wantPlaying) return NOOP;
  if (unreachable(turn)) return UNREACHABLE;
  patchSession(turn, { wantPlaying: false });
  return reported(turn);
}

/** Goes to a position of the current item of `queue`. */
function move(turn: Turn, queue: QueueState, positionMs: number, play = false): Fate {
  if (unreachable(turn)) return UNREACHABLE;
  const plays =
    queue.current !== null && (turn.state.session.wantPlaying || play) && performer(turn) !== null;
  patchSession(turn, { queue: bounded(queue), wantPlaying: plays });
  setCue(turn, positionMs);
  return reported(turn);
}

function onSkip(turn: Turn, by: 1 | -1): Fate {
  const { queue } = turn.state.session;
  if (by === -1) return queue.history.length === 0 ? NOOP : move(turn, goBack(queue), 0, true);
  return queue.current === null ? NOOP : move(turn, advance(queue, false), 0, true);
}

function onSetVolume(turn: Turn, deviceId: DeviceId, volume: number): Fate {
  const listed = turn.state.session.devices.find((each) => each.device.deviceId === deviceId);
  if (!listed) return { outcome: "device_unknown" };
  if (!listed.online) return UNREACHABLE;
  if (listed.device.volumeSteps === 0) return restricted("volume_fixed");
  if (listed.volume === null) return restricted("volume_unknown");
  const seq = turn.state.volumeSeq + 1;
  patch(turn, { volumeSeq: seq });
  send(turn, deviceId, { type: "volume_request", seq, volume });
  return { waitsFor: { type: "volume", deviceId, seq } };
}

function onSetOptions(turn: Turn, action: Extract<Action, { type: "set_options" }>): Fate {
  const { queue } = turn.state.session;
  let next = queue;
  if (action.shuffle !== null && action.shuffle !== queue.shuffle)
    next = editQueue(next, { type: "shuffle", on: action.shuffle, seed: action.shuffleSeed });
  if (action.repeat !== null && action.repeat !== queue.repeat)
    next = editQueue(next, { type: "repeat", mode: action.repeat });
  if (next === queue) return NOOP;
  patchSession(turn, { queue: next });
  return APPLIED;
}

function edit(turn: Turn, change: QueueEdit): Fate {
  const { queue } = turn.state.session;
  const next = editQueue(queue, change);
  const same =
    next === queue || (sameItems(next.upNext, queue.upNext) && next.context.length === queue.context.length);
  if (same) return NOOP;
  patchSession(turn, { queue: next });
  return APPLIED;
}

function sameItems(a: readonly QueueItem[], b: readonly QueueItem[]): boolean {
  return a.length === b.length && a.every((item, index) => item.uid === b[index]!.uid);
}

/** Why the right to sound cannot move to `deviceId`; null when it can. */
function cannotMoveTo(turn: Turn, deviceId: DeviceId): Fate | null {
  const listed = turn.state.session.devices.find((each) => each.device.deviceId === deviceId);
  if (!listed) return { outcome: "device_unknown" };
  if (!listed.device.player) return restricted("not_a_player");
  return turn.state.links.has(deviceId) ? null : UNREACHABLE;
}

function onPlayContext(turn: Turn, action: Extract<Action, { type: "play_context" }>): Fate {
  const { session } = turn.state;
  const target = action.onDeviceId ?? performer(turn);
  if (target === null) return restricted("no_active_device");
  const refusal = cannotMoveTo(turn, target);
  if (refusal) return refusal;
  const items = action.items.map((item): QueueItem => ({ ...item, source: "context" }));
  const taken = new Set(items.map((item) => item.uid));
  // What was queued or played under one of the new uids would be two occurrences under one name.
  const kept = {
    ...session.queue,
    upNext: session.queue.upNext.filter((item) => !taken.has(item.uid)),
    history: session.queue.history.filter((item) => !taken.has(item.uid)),
  };
  const queue = loadContext(kept, items, action.startIndex, action.shuffle, action.shuffleSeed);
  const moves = target !== performer(turn);
  patchSession(turn, { queue: bounded(queue), context: action.context, wantPlaying: true });
  setCue(turn, action.positionMs);
  if (!moves) return reported(turn);
  beginTransfer(turn, target, action.force);
  return { waitsFor: { type: "transfer" } };
}

function onTransfer(turn: Turn, { toDeviceId, force, play }: Extract<Action, { type: "transfer" }>): Fate {
  const { session, transfer } = turn.state;
  const refusal = cannotMoveTo(turn, toDeviceId);
  if (refusal) return refusal;
  const wanted = play === null || (play && session.queue.current === null) ? session.wantPlaying : play;
  if (toDeviceId === session.activeDeviceId) {
    if (wanted === session.wantPlaying) return NOOP;
    patchSession(turn, { wantPlaying: wanted });
    return reported(turn);
  }
  if (wanted !== session.wantPlaying) patchSession(turn, { wantPlaying: wanted });
  if (transfer?.toDeviceId === toDeviceId) {
    if (force && !transfer.force) patch(turn, { transfer: { ...transfer, force } });
    advanceTransfer(turn);
    return { waitsFor: { type: "transfer" } };
  }
  beginTransfer(turn, toDeviceId, force);
  return { waitsFor: { type: "transfer" } };
}
