/** One step of a client under way. */
import type { Milliseconds } from "../../units";
import type { ClientFrame } from "../frames";
import type { ClientEffect, ConnectClient } from "./state";

export interface ClientTurn {
  readonly nowMs: Milliseconds;
  state: ConnectClient;
  readonly effects: ClientEffect[];
}

export function patch(turn: ClientTurn, change: Partial<ConnectClient>): void {
  turn.state = { ...turn.state, ...change };
}

/** Sends `frame` when the connection is up; otherwise it is not needed, as the next one begins anew. */
export function send(turn: ClientTurn, frame: ClientFrame): void {
  if (turn.state.link === "up") turn.effects.push({ type: "send", frame });
}

/** Microseconds of this client's monotonic clock. */
export const clientUs = (turn: ClientTurn): number => Math.round(turn.nowMs * 1000);
