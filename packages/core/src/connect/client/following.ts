/** How the player is made to follow the session: what it is ordered, and when an order has been carried out. */
import { itemsOf, type QueueState } from "../../queue/queue";
import type { Milliseconds } from "../../units";
import { change, type DeviceTurn, factsOf, nextOrder, toClient } from "./device-turn";
import { atOwnItem, follow, unreached } from "./follow";
import { maySound } from "./state";

/** Looks at the player: what it was ordered before has begun, and shows once it has settled. */
export function look(turn: DeviceTurn): void {
  const { reading, followed, client } = turn.state;
  // Where it stands while it is about to go elsewhere is no news.
  if (reading !== null && reading.startMs !== null) return;
  const isThere = reading === null && followed.epoch > 0;
  if (turn.player.settled && isThere) change(turn, { shown: followed.version });
  change(turn, { client: { ...client, facts: factsOf(turn) } });
}

export function followSession(turn: DeviceTurn): void {
  const { client, followed, reading } = turn.state;
  const step = follow(client, followed, turn.player.queue, turn.nowMs);
  change(turn, { followed: step.followed });
  const { order } = step;
  if (order.type === "stay") return;
  if (client.diverged) toClient(turn, { type: "followed" });
  if (order.type === "go") {
    // The session's word is newer than a seek that it was not told of.
    change(turn, { seeking: null });
    read(turn, client.session!.queue, order.positionMs);
    return;
  }
  // A player that is about to go somewhere takes the newest wish when it gets there.
  if (reading !== null && reading.startMs !== null) return;
  if (order.queue) read(turn, client.session!.queue, null);
  if (order.play !== null) turn.effects.push({ type: order.play ? "play" : "pause" });
}

/** Takes `queue` over once its tracks are known; with `startMs` the player goes to that position of its current item. */
export function read(turn: DeviceTurn, queue: QueueState, startMs: Milliseconds | null): void {
  const order = nextOrder(turn);
  change(turn, { reading: { order, queue, startMs } });
  turn.effects.push({ type: "read", order, items: itemsOf(queue) });
}

/** The tracks of an order are known: what changed while they were read holds. */
export function onRead(turn: DeviceTurn, order: number): void {
  const { reading, client, followed } = turn.state;
  if (reading?.order !== order) return;
  change(turn, { reading: null });
  const { session } = client;
  if (session === null || !maySound(client)) {
    change(turn, { followed: unreached(followed) });
    return;
  }
  const { queue, context, wantPlaying } = session;
  if (queue !== reading.queue) {
    read(turn, queue, reading.startMs);
    return;
  }
  if (reading.startMs === null)
    turn.effects.push({
      type: "adopt",
      queue: atOwnItem(queue, turn.player.queue),
      context,
      startMs: null,
      play: turn.player.wantsSound,
    });
  else {
    // What the listener did here since is on its way to the session.
    const play = client.pending.some(({ local }) => local) ? followed.wantPlaying : wantPlaying;
    turn.effects.push({ type: "adopt", queue, context, startMs: reading.startMs, play });
  }
}

/** Makes the player silent. An order that it has not got to is given anew when it may sound again. */
export function silence(turn: DeviceTurn): void {
  if (turn.effects.some(({ type }) => type === "silence")) return;
  const { reading, followed } = turn.state;
  if (reading !== null) change(turn, { followed: unreached(followed) });
  const order = nextOrder(turn);
  change(turn, { silence: order });
  turn.effects.push({ type: "silence", order });
}

/** The output's word: only the one that was asked for last counts, as the player may have sounded since. */
export function onSilent(turn: DeviceTurn, order: number): void {
  if (order === turn.state.silence) toClient(turn, { type: "silent", facts: factsOf(turn) });
}
