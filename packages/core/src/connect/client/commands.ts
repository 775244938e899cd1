/** Commands of a client: sent again under the same id until they have a result. */
import type { ErrorCode } from "../../errors/error-table";
import { COMMAND_DEADLINE_MS, MAX_PENDING_COMMANDS, TRANSFER_DEADLINE_MS } from "../limits";
import type { Command, CommandResult } from "../types";
import type { ClientInput, SentCommand } from "./state";
import { type ClientTurn, patch, send } from "./turn";

/** How much longer than the server a client waits. */
const PATIENCE_MS = 3_000;

export function onCommand(turn: ClientTurn, input: Extract<ClientInput, { type: "command" }>): void {
  const { link, pending, heldEpoch } = turn.state;
  const { commandId, action, ifItemUid = null, deadlineMs = 0, local = false } = input;
  const refuse = (code: ErrorCode) =>
    turn.effects.push({ type: "settle", commandId, settlement: { kind: "error", code } });
  // What the player did by itself is told once the connection is back; anything else fails now.
  if (link !== "up" && !local) return void refuse("network");
  if (pending.length >= MAX_PENDING_COMMANDS) return void refuse("rate_limited");
  const moves = action.type === "transfer" || (action.type === "play_context" && action.onDeviceId !== null);
  const waitMs = (deadlineMs || (moves ? TRANSFER_DEADLINE_MS : COMMAND_DEADLINE_MS)) + PATIENCE_MS;
  const command: SentCommand = {
    commandId,
    deadlineMs,
    // A local act was done under this epoch; under another one it means nothing.
    ifEpoch: local && heldEpoch > 0 ? heldEpoch : null,
    ifQueueRev: null,
    ifItemUid,
    action,
    local,
    expiresAtMs: local ? Number.POSITIVE_INFINITY : turn.nowMs + waitMs,
  };
  patch(turn, { pending: [...pending, command] });
  send(turn, frameOf(command));
}

export function frameOf({ commandId, deadlineMs, ifEpoch, ifQueueRev, ifItemUid, action }: SentCommand): {
  readonly type: "command";
} & Command {
  return { type: "command", commandId, deadlineMs, ifEpoch, ifQueueRev, ifItemUid, action };
}

/** Outcomes after which a session is not what the player made of it. */
const HAD_NO_EFFECT = new Set([
  "restricted",
  "conflict",
  "stale_epoch",
  "device_unreachable",
  "unsupported",
  "rate_limited",
  "unauthenticated",
]);

export function onResult(turn: ClientTurn, result: CommandResult): void {
  const { pending } = turn.state;
  const command = pending.find((each) => each.commandId === result.commandId);
  if (!command) return;
  patch(turn, { pending: pending.filter((each) => each !== command) });
  if (command.local && HAD_NO_EFFECT.has(result.outcome)) patch(turn, { diverged: true });
  turn.effects.push(
    { type: "settle", commandId: result.commandId, settlement: { kind: "result", result } },
    { type: "changed" },
  );
}

/** Tells callers whose commands have no answer in time. */
export function expireCommands(turn: ClientTurn): void {
  const late = turn.state.pending.filter(({ expiresAtMs }) => turn.nowMs >= expiresAtMs);
  if (late.length > 0) giveUp(turn, late, "timeout");
}

/** Ends commands without a result. */
export function giveUp(turn: ClientTurn, commands: readonly SentCommand[], code: ErrorCode): void {
  patch(turn, { pending: turn.state.pending.filter((each) => !commands.includes(each)) });
  for (const { commandId } of commands)
    turn.effects.push({ type: "settle", commandId, settlement: { kind: "error", code } });
}
