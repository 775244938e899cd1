/** A session made of what a player plays by itself. */
import type { DeviceId } from "../../ids";
import { type QueueState, resumeQueue } from "../../queue/queue";
import type { Milliseconds } from "../../units";
import { MAX_SESSION_CONTEXT } from "../limits";
import type { ContextRef } from "../types";
import { editsOf, type PlayContextAction, playContextOf, type Told } from "./wishes";

export interface OwnSession {
  /** What begins it. */
  readonly play: PlayContextAction;
  /** What is told once it has begun. */
  readonly rest: readonly Told[];
}

/** The session that a player with the queue `own` at `positionMs` makes on its device; null when it has nothing to play. */
export function sessionOf(
  own: QueueState,
  context: ContextRef | null,
  positionMs: Milliseconds,
  deviceId: DeviceId,
): OwnSession | null {
  const queue = resumeQueue(own);
  const { current } = queue;
  if (current === null) return null;
  const places = new Map(queue.context.map((item) => [item.uid, item]));
  const order = queue.order.flatMap((uid) => places.get(uid) ?? []);
  const at = order.findIndex(({ uid }) => uid === current.uid);
  // An item of the user's queue stands in front of what follows it.
  const items = at >= 0 ? order : [current, ...order.slice(queue.index + 1)];
  const isWhole =
    items.length <= MAX_SESSION_CONTEXT &&
    items.length === queue.context.length &&
    items.every((item, place) => item === queue.context[place]);
  const from = Math.max(0, Math.min(at, items.length - MAX_SESSION_CONTEXT));
  const play = playContextOf(
    {
      type: "load",
      items: items.slice(from, from + MAX_SESSION_CONTEXT),
      startIndex: Math.max(0, at) - from,
      shuffle: false,
      seed: 0,
    },
    // In another order, or not whole, it is a list of its own.
    isWhole ? context : { kind: "tracks", id: null, title: context?.title ?? "" },
    deviceId,
  );
  const upNext = queue.upNext.length > 0 ? editsOf({ type: "add", items: queue.upNext }) : [];
  const repeat = queue.repeat === "off" ? [] : editsOf({ type: "repeat", mode: queue.repeat });
  return {
    play: { ...play, positionMs: own.current === null ? 0 : Math.max(0, Math.round(positionMs)) },
    rest: [...upNext, ...repeat],
  };
}
