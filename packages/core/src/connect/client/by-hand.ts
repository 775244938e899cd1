/** What the listener does on this device: the session carries it out, or is told of it. */
import { type QueueState, resumeQueue } from "../../queue/queue";
import type { Wish } from "../../queue/wish";
import type { Milliseconds } from "../../units";
import type { Action, CommandId, ContextRef } from "../types";
import type { Asked, ConnectDevice, OwnEvent } from "./device-state";
import { change, type DeviceTurn, isUp, positionOf, tell, toClient } from "./device-turn";
import { acted } from "./follow";
import { onJoined } from "./own-music";
import { sessionOf } from "./own-session";
import { maySound, type Settlement } from "./state";
import { commandsOf, playContextOf, type Told } from "./wishes";

/** Sliders move often; the session is told this often. */
const COALESCE_MS: Milliseconds = 150;

type Take = Extract<OwnEvent, { type: "take" }>;

/** Wishes that begin no sound. */
const QUIET: ReadonlySet<Wish["type"]> = new Set(["pause", "seek", "edit"]);
/** Whether `queue` has nothing that play could begin with. */
const isEmpty = (queue: QueueState): boolean => resumeQueue(queue).current === null;

/**
 * Whether the session is to carry `wish` out, as input `take`: it begins sound, and this device has no right to sound.
 * Without a connection the player goes on by itself, and a device with the right carries it out and tells.
 */
export const takes = ({ client }: ConnectDevice, wish: Wish): boolean =>
  !QUIET.has(wish.type) && isUp(client) && !maySound(client);

/** Brings the music here: what was asked for, what the session has, or else what the player has. */
export function onTake(turn: DeviceTurn, { commandId, wish, context }: Take): void {
  const { session, stamp, me } = turn.state.client;
  const { deviceId } = me;
  let action: Action = { type: "transfer", toDeviceId: deviceId, force: false, play: true };
  let rest: readonly Told[] = [];
  if (wish.type === "load") action = playContextOf(wish, context, deviceId);
  else if (session !== null && isEmpty(session.queue)) {
    const own = sessionOf(turn.player.queue, context, positionOf(turn), deviceId);
    if (own === null) {
      // Nothing is to be heard anywhere.
      const result = { commandId, outcome: "noop", stamp: stamp!, retryAfterMs: 0, reasons: [] } as const;
      turn.effects.push({ type: "settle", commandId, settlement: { kind: "result", result } });
      return;
    }
    ({ play: action, rest } = own);
  }
  // A session that has come to its end moves silently, to be begun anew here.
  const plays = action.type === "play_context" || session?.queue.current != null;
  const isDone = plays && (wish.type === "load" || wish.type === "play" || wish.type === "retry");
  change(turn, { asked: [...turn.state.asked, { commandId, rest, wish: isDone ? null : wish }] });
  toClient(turn, { type: "command", commandId, action });
}

/** A command has ended; what was to follow a command of this device follows now. */
export function onSettled(turn: DeviceTurn, commandId: CommandId, settlement: Settlement): void {
  const mine = turn.state.asked.find((each) => each.commandId === commandId);
  if (mine === undefined) return;
  change(turn, { asked: turn.state.asked.filter((each) => each !== mine) });
  const applied =
    settlement.kind === "result" &&
    (settlement.result.outcome === "applied" || settlement.result.outcome === "noop");
  if (applied) goOn(turn, mine);
  onJoined(turn, commandId, applied);
}

function goOn(turn: DeviceTurn, { rest, wish }: Asked): void {
  for (const told of rest) tell(turn, told);
  // The right may be gone again by now.
  if (wish !== null && maySound(turn.state.client)) turn.effects.push({ type: "carry_out", wish });
}

/** The player has carried a wish out. */
export function onDid(
  turn: DeviceTurn,
  wish: Wish,
  fromUid: string | null,
  context: ContextRef | null,
): void {
  const { client, followed, reading } = turn.state;
  const { queue, wantsSound } = turn.player;
  // Whether a player that waits for its tracks sounds says nothing of what is wanted there.
  const isOnItsWay = reading !== null && reading.startMs !== null;
  const asBefore = isOnItsWay && (wish.type === "seek" || wish.type === "edit");
  change(turn, { followed: acted(followed, asBefore ? followed.wantPlaying : wantsSound) });
  if (client.heldEpoch === 0) return;
  const toUid = queue.current?.uid ?? null;
  if (wish.type !== "seek") flushSeek(turn);
  for (const told of commandsOf(wish, fromUid, toUid, context)) {
    if (wish.type !== "seek") tell(turn, told);
    else if (toUid !== null) tellLater(turn, told, toUid);
  }
}

function tellLater(turn: DeviceTurn, told: Told, itemUid: string): void {
  const epoch = turn.state.client.heldEpoch;
  change(turn, { seeking: { told, epoch, itemUid, dueMs: turn.nowMs + COALESCE_MS } });
}

function flushSeek(turn: DeviceTurn): void {
  const { seeking, client } = turn.state;
  change(turn, { seeking: null });
  const here = seeking?.itemUid === turn.player.queue.current?.uid;
  if (seeking && here && seeking.epoch === client.heldEpoch) tell(turn, seeking.told);
}

/** The listener moves a slider. */
export function onSlide(turn: DeviceTurn, volume: number): void {
  change(turn, { sliding: { volume, dueMs: turn.nowMs + COALESCE_MS } });
}

/** The session asks for a volume, which holds for every slide before. */
export function onVolumeRequest(turn: DeviceTurn, volume: number, seq: number): void {
  change(turn, { sliding: null, volumeSeq: seq });
  turn.effects.push({ type: "set_volume", volume });
  toClient(turn, { type: "volume", volume, seq });
}

/** Tells the last of many seeks, or volumes, when no other has followed for a while. */
export function tellIfDue(turn: DeviceTurn): void {
  const { seeking, sliding, client, volumeSeq } = turn.state;
  if (seeking && turn.nowMs >= seeking.dueMs) flushSeek(turn);
  if (!sliding || turn.nowMs < sliding.dueMs) return;
  change(turn, { sliding: null });
  if (sliding.volume !== client.volume)
    toClient(turn, { type: "volume", volume: sliding.volume, seq: volumeSeq });
}
