/**
 * Music that the player plays by itself when the session comes: who began it before there was a connection meant to play
 * here, so it becomes the session's. In a session that is free it plays on meanwhile; where another device is active, or
 * becomes so, it is silent.
 */
import type { SessionState } from "../types";
import { change, type DeviceTurn, isUp, nextId, positionOf, tell, toClient } from "./device-turn";
import { joined } from "./follow";
import { read, silence } from "./following";
import { sessionOf } from "./own-session";
import type { ConnectClient } from "./state";

/** Whether the player sounds, or is about to, without the session's right. */
const isAlone = ({ state, player }: DeviceTurn): boolean =>
  player.wantsSound && state.client.right === "none" && state.client.heldEpoch === 0;

function isElsewhere({ activeDeviceId, transfer }: SessionState, { me }: ConnectClient): boolean {
  const device = transfer?.toDeviceId ?? activeDeviceId;
  return device !== null && device !== me.deviceId;
}

/** The session is there: what plays here joins it. */
export function meet(turn: DeviceTurn): void {
  const { client, joining, asked } = turn.state;
  const { queue, context } = turn.player;
  if (!isAlone(turn) || joining !== null || queue.current === null) return;
  const own = sessionOf(queue, context, positionOf(turn), client.me.deviceId);
  if (own === null) return;
  const commandId = nextId(turn);
  change(turn, {
    joining: { commandId, queue },
    asked: [...asked, { commandId, rest: own.rest, wish: null }],
  });
  toClient(turn, { type: "command", commandId, action: own.play });
}

/** Two devices that can be reached are never heard together: what plays here alone stops for another device. */
export function yieldToOthers(turn: DeviceTurn): void {
  const { client } = turn.state;
  if (!isAlone(turn) || !isUp(client) || !isElsewhere(client.session!, client)) return;
  change(turn, { joining: null });
  silence(turn);
}

/** The command that was to make the player's own music the session's has ended. */
export function onJoined(turn: DeviceTurn, commandId: string, applied: boolean): void {
  const { joining, client } = turn.state;
  if (joining?.commandId !== commandId) return;
  change(turn, { joining: null });
  // What the session did not take must not begin to sound beside it.
  if (!applied && isUp(client) && isAlone(turn)) silence(turn);
}

/** The player's own music is the session's now: nothing of it is interrupted. */
export function arrive(turn: DeviceTurn): void {
  const { joining, client } = turn.state;
  const { queue: own, wantsSound } = turn.player;
  if (joining === null) return;
  const arrived = joined(client, own);
  if (arrived === null) return;
  change(turn, { joining: null });
  // What was changed on the way was told to nobody: the session's word holds.
  if (own.context !== joining.queue.context || own.order !== joining.queue.order) return;
  change(turn, { followed: { ...arrived, wantPlaying: wantsSound } });
  read(turn, client.session!.queue, null);
  if (wantsSound !== arrived.wantPlaying)
    tell(turn, { action: { type: wantsSound ? "play" : "pause" }, ifItemUid: null });
}
