/**
 * A device with a player in a session (docs/spec/connect.md): the client, and how its player follows the session. Pure; the
 * SDK carries the effects out in order.
 */
import type { Milliseconds } from "../../units";
import { onDid, onSettled, onSlide, onTake, onVolumeRequest, tellIfDue } from "./by-hand";
import type { ConnectDevice, DeviceEvent, DeviceInput, DeviceStep, OwnEvent } from "./device-state";
import { change, type DeviceTurn, isUp, toClient } from "./device-turn";
import { followSession, look, onRead, onSilent, silence } from "./following";
import { arrive, meet, yieldToOthers } from "./own-music";
import { nextClientTickMs } from "./step";

/** The state after `input`, and what to do. Never throws. */
export function stepDevice(state: ConnectDevice, input: DeviceInput): DeviceStep {
  const { nowMs, wallMs, player } = input;
  const turn: DeviceTurn = { nowMs, wallMs, player, state, effects: [], inbox: [] };
  look(turn);
  onEvent(turn, input);
  heed(turn);
  const up = isUp(turn.state.client);
  if (up && !turn.state.wasUp) meet(turn);
  change(turn, { wasUp: up });
  tellIfDue(turn);
  heed(turn);
  yieldToOthers(turn);
  arrive(turn);
  followSession(turn);
  reportWhatStays(turn);
  heed(turn);
  return { state: turn.state, effects: turn.effects };
}

function onEvent(turn: DeviceTurn, event: DeviceEvent): void {
  switch (event.type) {
    case "command":
      toClient(turn, { ...event, local: false });
      break;
    case "start":
    case "stop":
    case "opened":
    case "token":
    case "frame":
    case "closed":
    case "tick":
      toClient(turn, event);
      break;
    default:
      // Time has gone on: a lease that has run out comes before what the player did.
      toClient(turn, { type: "tick" });
      onOwnEvent(turn, event);
  }
}

function onOwnEvent(turn: DeviceTurn, event: OwnEvent): void {
  switch (event.type) {
    case "player":
      break;
    case "take":
      onTake(turn, event);
      break;
    case "did":
      onDid(turn, event.wish, event.fromUid, event.context);
      break;
    case "volume":
      onSlide(turn, event.volume);
      break;
    case "read":
      onRead(turn, event.order);
      break;
    case "silent":
      onSilent(turn, event.order);
      break;
  }
}

/** Looks at what the client asks for, one effect after the other: one may bring the next. */
function heed(turn: DeviceTurn): void {
  for (let effect = turn.inbox.shift(); effect; effect = turn.inbox.shift()) {
    switch (effect.type) {
      case "silence":
        silence(turn);
        break;
      case "set_volume":
        onVolumeRequest(turn, effect.volume, effect.seq);
        break;
      case "settle":
        onSettled(turn, effect.commandId, effect.settlement);
        turn.effects.push(effect);
        break;
      default:
        turn.effects.push(effect);
    }
  }
}

/** A version that asked nothing of the player shows already. */
function reportWhatStays(turn: DeviceTurn): void {
  const { shown } = turn.state;
  // What was ordered just now is seen at the next input.
  if (turn.effects.some(({ type }) => OF_PLAYER.has(type))) return;
  look(turn);
  const { facts } = turn.state.client;
  if (turn.state.shown !== shown && facts !== null) toClient(turn, { type: "facts", facts });
}

const OF_PLAYER: ReadonlySet<string> = new Set(["read", "adopt", "play", "pause", "silence", "carry_out"]);

/** Monotonic time at which `tick` is due; Infinity when nothing waits. */
export function nextDeviceTickMs({ client, seeking, sliding }: ConnectDevice): Milliseconds {
  return Math.min(
    nextClientTickMs(client),
    seeking?.dueMs ?? Number.POSITIVE_INFINITY,
    sliding?.dueMs ?? Number.POSITIVE_INFINITY,
  );
}
