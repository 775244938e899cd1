/** A wish that the player carried out, as the command that tells the session of it. */
import {
  type Action,
  type ContextRef,
  type DeviceId,
  MAX_ADDED_ITEMS,
  MAX_CONTEXT_TITLE,
  type PlaybackState,
  type QueueEdit,
  type QueueState,
  type Wish,
} from "@segue/core";
import type { PlayContext } from "../client";

export interface Told {
  readonly action: Action;
  readonly ifItemUid: string | null;
}

export const contextRef = (context: PlayContext | null): ContextRef => ({
  kind: context?.kind ?? "tracks",
  id: context?.id ?? null,
  title: (context?.title ?? "").slice(0, MAX_CONTEXT_TITLE),
});

export const playContextOf = (
  wish: Extract<Wish, { type: "load" }>,
  context: PlayContext | null,
  onDeviceId: Extract<Action, { type: "play_context" }>["onDeviceId"],
): Extract<Action, { type: "play_context" }> => ({
  type: "play_context",
  context: contextRef(context),
  items: wish.items,
  startIndex: Math.min(Math.max(0, Math.trunc(wish.startIndex) || 0), wish.items.length - 1),
  positionMs: 0,
  shuffle: wish.shuffle,
  shuffleSeed: wish.seed,
  onDeviceId,
  force: false,
});

/** Commands for what `wish` did between `before` and `after`; none when it did nothing that the session knows of. */
export function commandsOf(
  wish: Wish,
  before: PlaybackState,
  after: PlaybackState,
  context: PlayContext | null,
): readonly Told[] {
  const told = (action: Action, ifItemUid: string | null = null): readonly Told[] => [{ action, ifItemUid }];
  const uid = before.queue.current?.uid ?? null;
  const moved = after.queue.current?.uid !== before.queue.current?.uid;
  switch (wish.type) {
    case "load":
      return wish.items.length === 0 ? [] : told(playContextOf(wish, context, null));
    case "play":
    case "retry":
      return told({ type: "play" });
    case "pause":
      return told({ type: "pause" });
    case "seek":
      return told({ type: "seek", positionMs: Math.max(0, Math.round(wish.ms)) });
    case "next":
      return uid === null ? [] : told({ type: "skip", by: 1 }, uid);
    case "previous":
      if (uid === null) return [];
      return moved ? told({ type: "skip", by: -1 }, uid) : told({ type: "seek", positionMs: 0 });
    case "skip_to":
      return told({ type: "skip_to", itemUid: wish.uid });
    case "edit":
      return editsOf(wish.edit);
  }
}

/** A session made of what a player plays by itself: what begins it, and what is told once it has begun. */
export function sessionOf(
  queue: QueueState,
  context: PlayContext | null,
  maxContext: number,
  deviceId: DeviceId,
): { readonly play: Extract<Action, { type: "play_context" }>; readonly rest: readonly Told[] } {
  const current = queue.current!;
  const places = new Map(queue.context.map((item) => [item.uid, item]));
  const order = queue.order.flatMap((uid) => places.get(uid) ?? []);
  const at = order.findIndex(({ uid }) => uid === current.uid);
  // An item of the user's queue stands in front of what follows it.
  const items = at >= 0 ? order : [current, ...order.slice(queue.index + 1)];
  const from = Math.max(0, Math.min(at, items.length - maxContext));
  const rest = queue.upNext.length > 0 ? editsOf({ type: "add", items: queue.upNext }) : [];
  return {
    play: playContextOf(
      {
        type: "load",
        items: items.slice(from, from + maxContext),
        startIndex: Math.max(0, at) - from,
        shuffle: false,
        seed: 0,
      },
      { kind: "tracks", id: null, title: context?.title ?? "" },
      deviceId,
    ),
    rest: queue.repeat === "off" ? rest : [...rest, ...editsOf({ type: "repeat", mode: queue.repeat })],
  };
}

export function editsOf(edit: QueueEdit): readonly Told[] {
  const told = (action: Action): Told => ({ action, ifItemUid: null });
  switch (edit.type) {
    case "add":
    case "add_first": {
      const pages: Told[] = [];
      for (let at = 0; at < edit.items.length; at += MAX_ADDED_ITEMS)
        pages.push(
          told({
            type: "add_items",
            items: edit.items.slice(at, at + MAX_ADDED_ITEMS),
            first: edit.type === "add_first",
          }),
        );
      // In front, the last page goes first, so that the first one ends up in front of it.
      return edit.type === "add_first" ? pages.reverse() : pages;
    }
    case "remove":
      return [told({ type: "remove_item", uid: edit.uid })];
    case "move":
      return [told({ type: "move_item", uid: edit.uid, beforeUid: edit.beforeUid })];
    case "clear":
      return [told({ type: "clear_up_next" })];
    case "shuffle":
      return [told({ type: "set_options", shuffle: edit.on, repeat: null, shuffleSeed: edit.seed })];
    case "repeat":
      return [told({ type: "set_options", shuffle: null, repeat: edit.mode, shuffleSeed: 0 })];
  }
}
