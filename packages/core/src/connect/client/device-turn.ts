/** One step of a device under way. */
import type { Milliseconds } from "../../units";
import type { CommandId } from "../types";
import type { ConnectDevice, DeviceEffect, PlayerView } from "./device-state";
import type { At, ClientEffect, ClientEvent, ConnectClient, PlayerFacts } from "./state";
import { stepClient } from "./step";
import type { Told } from "./wishes";

export interface DeviceTurn extends At {
  readonly player: PlayerView;
  state: ConnectDevice;
  readonly effects: DeviceEffect[];
  /** Effects of the client that the device has not looked at. */
  readonly inbox: ClientEffect[];
}

export function change(turn: DeviceTurn, by: Partial<ConnectDevice>): void {
  turn.state = { ...turn.state, ...by };
}

/** Lets the client take `event`. */
export function toClient(turn: DeviceTurn, event: ClientEvent): void {
  const { nowMs, wallMs } = turn;
  const step = stepClient(turn.state.client, { ...event, nowMs, wallMs });
  change(turn, { client: step.state });
  turn.inbox.push(...step.effects);
}

/** Tells the session of what the player has carried out already. */
export function tell(turn: DeviceTurn, { action, ifItemUid }: Told): void {
  toClient(turn, { type: "command", commandId: nextId(turn), action, ifItemUid, local: true });
}

export function nextId(turn: DeviceTurn): CommandId {
  const commands = turn.state.commands + 1;
  change(turn, { commands });
  return turn.state.idPrefix + commands.toString(16).padStart(8, "0");
}

/** A number for an order to the player; what was ordered before does not arrive any more. */
export function nextOrder(turn: DeviceTurn): number {
  change(turn, { orders: turn.state.orders + 1, reading: null });
  return turn.state.orders;
}

/** Whether the session is there. */
export const isUp = ({ link, session }: ConnectClient): boolean => link === "up" && session !== null;

/** Where the player is now. */
export function positionOf({ nowMs, player }: Pick<DeviceTurn, "nowMs" | "player">): Milliseconds {
  const { positionMs, atMs, durationMs, playing } = player;
  return Math.max(0, Math.min(positionMs + (playing ? nowMs - atMs : 0), durationMs || positionMs));
}

/** The player's facts for the session. */
export function factsOf({ player, state }: Pick<DeviceTurn, "player" | "state">): PlayerFacts {
  const { positionMs, atMs, durationMs, playing, queue, settled } = player;
  const { followed, client, shown } = state;
  return {
    itemUid: queue.current?.uid ?? null,
    positionMs,
    atMs,
    durationMs,
    playing,
    buffering: !settled,
    ended: queue.current === null,
    // What failed before this device had its right is nothing of the session's.
    errorCode: client.heldEpoch > 0 && followed.epoch === client.heldEpoch ? player.errorCode : null,
    appliedVersion: shown,
  };
}
