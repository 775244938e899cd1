/** Commands of Connect and how they map to the generated messages. */
import { MAX_ADDED_ITEMS, MAX_SESSION_CONTEXT, MAX_UID_LENGTH } from "../connect/limits";
import type { Action, Command, CommandResult } from "../connect/types";
import type * as gen from "../gen/proto/segue/connect/v1alpha1/connect_pb";
import type { QueueItem } from "../queue/queue";
import {
  checkBytes,
  checkDistinct,
  checkId,
  checkPresent,
  checkRange,
  checkSafe,
  checkText,
  Violation,
} from "./checks";
import { outcomeFromMessage, outcomeToMessage, repeatFromMessage, repeatToMessage } from "./connect-enums";
import {
  checkVolume,
  contextFromMessage,
  contextToMessage,
  deviceOrNone,
  itemsFromMessage,
  itemToMessage,
  stampFromMessage,
  stampToMessage,
} from "./connect-session";

const ID_BYTES = 16;

/** The bytes of an id in hex. @throws RangeError when `id` is not 32 hex digits */
export function commandIdToBytes(id: string): Uint8Array {
  if (!/^[0-9a-f]{32}$/.test(id)) throw new RangeError("a command id is 32 hex digits");
  return Uint8Array.from({ length: ID_BYTES }, (_, i) => Number.parseInt(id.slice(2 * i, 2 * i + 2), 16));
}

export function commandIdFromBytes(bytes: Uint8Array, at: string): string {
  return [...checkBytes(bytes, ID_BYTES, ID_BYTES, at)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

const edit = (value: gen.EditQueue["edit"]): gen.Command["action"] => ({
  oneofKind: "editQueue",
  editQueue: { edit: value },
});

function actionToMessage(action: Action | null): gen.Command["action"] {
  switch (action?.type) {
    case undefined:
      return { oneofKind: undefined };
    case "play":
      return { oneofKind: "play", play: {} };
    case "pause":
      return { oneofKind: "pause", pause: {} };
    case "seek":
      return { oneofKind: "seek", seek: { positionMs: BigInt(action.positionMs) } };
    case "skip":
      return { oneofKind: "skip", skip: { to: { oneofKind: "by", by: action.by } } };
    case "skip_to":
      return { oneofKind: "skip", skip: { to: { oneofKind: "itemUid", itemUid: action.itemUid } } };
    case "set_volume":
      return { oneofKind: "setVolume", setVolume: { deviceId: action.deviceId, volume: action.volume } };
    case "set_options":
      return {
        oneofKind: "setOptions",
        setOptions: {
          ...(action.shuffle !== null && { shuffle: action.shuffle }),
          repeat: repeatToMessage(action.repeat),
          shuffleSeed: action.shuffleSeed,
        },
      };
    case "play_context":
      return {
        oneofKind: "playContext",
        playContext: {
          context: contextToMessage(action.context),
          items: action.items.map(itemToMessage),
          startIndex: action.startIndex,
          positionMs: BigInt(action.positionMs),
          shuffle: action.shuffle,
          shuffleSeed: action.shuffleSeed,
          onDeviceId: action.onDeviceId ?? "",
          force: action.force,
        },
      };
    case "add_items":
      return edit({
        oneofKind: "add",
        add: { items: action.items.map(itemToMessage), first: action.first },
      });
    case "remove_item":
      return edit({ oneofKind: "remove", remove: { uid: action.uid } });
    case "move_item":
      return edit({ oneofKind: "move", move: { uid: action.uid, beforeUid: action.beforeUid ?? "" } });
    case "clear_up_next":
      return edit({ oneofKind: "clear", clear: {} });
    case "transfer":
      return {
        oneofKind: "transfer",
        transfer: {
          toDeviceId: action.toDeviceId,
          force: action.force,
          ...(action.play !== null && { play: action.play }),
        },
      };
  }
}

const uidsOf = (items: readonly QueueItem[], at: string) => {
  checkDistinct(
    items.map((item) => item.uid),
    at,
  );
  return items;
};

function actionFromMessage(action: gen.Command["action"], ifItemUid: string): Action | null {
  switch (action.oneofKind) {
    case "play":
    case "pause":
      return { type: action.oneofKind };
    case "seek":
      return { type: "seek", positionMs: checkSafe(action.seek.positionMs, "/command/seek/positionMs") };
    case "skip":
      return skipFromMessage(action.skip, ifItemUid);
    case "setVolume":
      return {
        type: "set_volume",
        deviceId: checkId("device", action.setVolume.deviceId, "/command/setVolume/deviceId"),
        volume: checkVolume(action.setVolume.volume, "/command/setVolume/volume"),
      };
    case "setOptions":
      return {
        type: "set_options",
        shuffle: action.setOptions.shuffle ?? null,
        repeat: repeatFromMessage(action.setOptions.repeat),
        shuffleSeed: action.setOptions.shuffleSeed,
      };
    case "playContext":
      return playContextFromMessage(action.playContext);
    case "editQueue":
      return editFromMessage(action.editQueue.edit);
    case "transfer":
      return {
        type: "transfer",
        toDeviceId: checkId("device", action.transfer.toDeviceId, "/command/transfer/toDeviceId"),
        force: action.transfer.force,
        play: action.transfer.play ?? null,
      };
    default:
      return null;
  }
}

function skipFromMessage({ to }: gen.Skip, ifItemUid: string): Action | null {
  if (to.oneofKind === "itemUid")
    return { type: "skip_to", itemUid: checkText(to.itemUid, 1, MAX_UID_LENGTH, "/command/skip/itemUid") };
  if (to.oneofKind !== "by") return null;
  if (to.by !== 1 && to.by !== -1) throw new Violation("/command/skip/by", "must be 1 or -1");
  if (ifItemUid === "") throw new Violation("/command/ifItemUid", "is needed by a relative command");
  return { type: "skip", by: to.by };
}

function playContextFromMessage(message: gen.PlayContext): Action {
  const at = "/command/playContext";
  const items = uidsOf(itemsFromMessage(message.items, 1, MAX_SESSION_CONTEXT, `${at}/items`), `${at}/items`);
  return {
    type: "play_context",
    context: contextFromMessage(checkPresent(message.context, `${at}/context`), `${at}/context`),
    items,
    startIndex: checkRange(message.startIndex, 0, items.length - 1, `${at}/startIndex`),
    positionMs: checkSafe(message.positionMs, `${at}/positionMs`),
    shuffle: message.shuffle,
    shuffleSeed: message.shuffleSeed,
    onDeviceId: deviceOrNone(message.onDeviceId, `${at}/onDeviceId`),
    force: message.force,
  };
}

function editFromMessage(change: gen.EditQueue["edit"]): Action | null {
  const at = "/command/editQueue";
  switch (change.oneofKind) {
    case "add":
      return {
        type: "add_items",
        items: uidsOf(
          itemsFromMessage(change.add.items, 1, MAX_ADDED_ITEMS, `${at}/add/items`),
          `${at}/add/items`,
        ),
        first: change.add.first,
      };
    case "remove":
      return {
        type: "remove_item",
        uid: checkText(change.remove.uid, 1, MAX_UID_LENGTH, `${at}/remove/uid`),
      };
    case "move":
      return {
        type: "move_item",
        uid: checkText(change.move.uid, 1, MAX_UID_LENGTH, `${at}/move/uid`),
        beforeUid:
          change.move.beforeUid === ""
            ? null
            : checkText(change.move.beforeUid, 1, MAX_UID_LENGTH, `${at}/move/beforeUid`),
      };
    case "clear":
      return { type: "clear_up_next" };
    default:
      return null;
  }
}

export const commandToMessage = (command: Command): gen.Command => ({
  commandId: commandIdToBytes(command.commandId),
  deadlineMs: command.deadlineMs,
  ...(command.ifEpoch !== null && { ifEpoch: BigInt(command.ifEpoch) }),
  ...(command.ifQueueRev !== null && { ifQueueRev: BigInt(command.ifQueueRev) }),
  ifItemUid: command.ifItemUid ?? "",
  action: actionToMessage(command.action),
});

export function commandFromMessage(message: gen.Command): Command {
  const { deadlineMs, ifEpoch, ifQueueRev, ifItemUid } = message;
  return {
    commandId: commandIdFromBytes(message.commandId, "/command/commandId"),
    deadlineMs: deadlineMs === 0 ? 0 : checkRange(deadlineMs, 100, 60_000, "/command/deadlineMs"),
    ifEpoch: ifEpoch === undefined ? null : checkSafe(ifEpoch, "/command/ifEpoch"),
    ifQueueRev: ifQueueRev === undefined ? null : checkSafe(ifQueueRev, "/command/ifQueueRev"),
    ifItemUid: ifItemUid === "" ? null : checkText(ifItemUid, 1, MAX_UID_LENGTH, "/command/ifItemUid"),
    action: actionFromMessage(message.action, ifItemUid),
  };
}

export const resultToMessage = (result: CommandResult): gen.CommandResult => ({
  commandId: commandIdToBytes(result.commandId),
  outcome: outcomeToMessage(result.outcome),
  stamp: stampToMessage(result.stamp),
  retryAfterMs: result.retryAfterMs,
  reasons: [...result.reasons],
});

export const resultFromMessage = (message: gen.CommandResult): CommandResult => ({
  commandId: commandIdFromBytes(message.commandId, "/commandResult/commandId"),
  outcome: outcomeFromMessage(message.outcome),
  stamp: stampFromMessage(message.stamp, "/commandResult/stamp"),
  retryAfterMs: message.retryAfterMs,
  reasons: message.reasons,
});
