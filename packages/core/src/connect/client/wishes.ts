/** A listener's wish as the command that asks for it, or that tells of it once the player has carried it out. */
import type { DeviceId } from "../../ids";
import type { QueueEdit } from "../../queue/queue";
import type { Wish } from "../../queue/wish";
import { MAX_ADDED_ITEMS, MAX_CONTEXT_TITLE } from "../limits";
import type { Action, ContextRef } from "../types";

/** A command without its id. */
export interface Told {
  readonly action: Action;
  readonly ifItemUid: string | null;
}

export type PlayContextAction = Extract<Action, { type: "play_context" }>;

/** `context` within the bounds of the wire. */
export const contextRef = (context: ContextRef | null): ContextRef => ({
  kind: context?.kind ?? "tracks",
  id: context?.id ?? null,
  title: (context?.title ?? "").slice(0, MAX_CONTEXT_TITLE),
});

/** The command that plays `wish` on a device; on the active one when that is null. */
export const playContextOf = (
  wish: Extract<Wish, { type: "load" }>,
  context: ContextRef | null,
  onDeviceId: DeviceId | null,
): PlayContextAction => ({
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

/**
 * Commands for a `wish` that a player carried out which stood at the item `fromUid` and stands at `toUid` now; none when it
 * did nothing that the session knows of.
 */
export function commandsOf(
  wish: Wish,
  fromUid: string | null,
  toUid: string | null,
  context: ContextRef | null,
): readonly Told[] {
  const told = (action: Action, ifItemUid: string | null = null): readonly Told[] => [{ action, ifItemUid }];
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
      return fromUid === null ? [] : told({ type: "skip", by: 1 }, fromUid);
    case "previous":
      if (fromUid === null) return [];
      return toUid === fromUid
        ? told({ type: "seek", positionMs: 0 })
        : told({ type: "skip", by: -1 }, fromUid);
    case "skip_to":
      return told({ type: "skip_to", itemUid: wish.uid });
    case "edit":
      return editsOf(wish.edit);
  }
}

/** Commands for an edit of the queue: as many as the bounds of the wire make of it. */
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
