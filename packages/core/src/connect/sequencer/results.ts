/** Commands and how they end: each once, and the same for whoever asks again. */
import type { DeviceId } from "../../ids";
import { MAX_RESULTS, RESULTS_KEPT_MS } from "../limits";
import type { CommandId, Outcome } from "../types";
import { commandKey, type PendingCommand } from "./state";
import { patch, send, type Turn } from "./turn";

/** Ends a command: its result is kept and sent to its device with the stamp of this turn. */
export function settle(
  turn: Turn,
  deviceId: DeviceId,
  commandId: CommandId,
  outcome: Outcome,
  reasons: readonly string[] = [],
): void {
  const key = commandKey(deviceId, commandId);
  if (turn.state.results.has(key)) return;
  const result = { commandId, outcome, retryAfterMs: 0, reasons };
  send(turn, deviceId, (stamp) => ({ type: "command_result", ...result, stamp }));
  turn.settled.push(key);
  const stored = {
    deviceId,
    atMs: turn.wallMs,
    result: { ...result, stamp: turn.state.stamp },
  };
  patch(turn, {
    results: new Map(turn.state.results).set(key, stored),
    pending: turn.state.pending.filter((each) => each.key !== key),
  });
}

/** Ends every pending command that `matches`. */
export function settlePending(
  turn: Turn,
  outcome: Outcome,
  matches: (pending: PendingCommand) => boolean,
): void {
  for (const each of turn.state.pending)
    if (matches(each)) settle(turn, each.deviceId, each.commandId, outcome);
}

/** Sends the result that a command already has, or says that it is still under way; false when it is new. */
export function answerAgain(turn: Turn, deviceId: DeviceId, commandId: CommandId): boolean {
  const key = commandKey(deviceId, commandId);
  // It ended in this very turn, and its result is on its way.
  if (turn.settled.includes(key)) return true;
  const known = turn.state.results.get(key);
  if (known) {
    send(turn, deviceId, { type: "command_result", ...known.result });
    return true;
  }
  if (!turn.state.pending.some((each) => each.key === key)) return false;
  send(turn, deviceId, (stamp) => ({ type: "command_accepted", commandId, stamp }));
  return true;
}

/** Drops results that nobody may ask for any more. */
export function pruneResults(turn: Turn): void {
  const { results } = turn.state;
  const oldest = results.values().next().value;
  if (oldest === undefined) return;
  const limit = turn.wallMs - RESULTS_KEPT_MS;
  if (oldest.atMs >= limit && results.size <= MAX_RESULTS) return;
  const kept = [...results].filter(([, { atMs }]) => atMs >= limit).slice(-MAX_RESULTS);
  patch(turn, { results: new Map(kept) });
}
