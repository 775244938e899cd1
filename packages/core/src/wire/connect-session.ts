/** Parts of a Connect session and how they map to the generated messages. */
import { allOf, applyChanges, EMPTY_SESSION } from "../connect/changes";
import {
  MAX_CONTEXT_TITLE,
  MAX_DEVICE_NAME,
  MAX_SESSION_CONTEXT,
  MAX_SESSION_HISTORY,
  MAX_SESSION_UP_NEXT,
  MAX_UID_LENGTH,
} from "../connect/limits";
import type {
  Anchor,
  ContextRef,
  Cue,
  DeviceInfo,
  DeviceState,
  SessionChanges,
  SessionState,
  Stamp,
  TransferState,
} from "../connect/types";
import * as gen from "../gen/proto/segue/connect/v1alpha1/connect_pb";
import type { DeviceId } from "../ids";
import type { QueueItem } from "../queue/queue";
import { checkCount, checkId, checkPresent, checkRange, checkSafe, checkText, Violation } from "./checks";
import {
  policyFromMessage,
  policyToMessage,
  repeatFromMessage,
  repeatToMessage,
  sourceFromMessage,
  sourceToMessage,
} from "./connect-enums";

const KINDS: readonly ContextRef["kind"][] = ["album", "playlist", "artist", "tracks"];
const MAX_DEVICES_LISTED = 100;

export const stampToMessage = (stamp: Stamp): gen.Stamp => ({
  incarnation: BigInt(stamp.incarnation),
  version: BigInt(stamp.version),
  epoch: BigInt(stamp.epoch),
  queueRev: BigInt(stamp.queueRev),
});

export function stampFromMessage(message: gen.Stamp | undefined, at: string): Stamp {
  const stamp = checkPresent(message, at);
  return {
    incarnation: checkSafe(stamp.incarnation, `${at}/incarnation`),
    version: checkSafe(stamp.version, `${at}/version`),
    epoch: checkSafe(stamp.epoch, `${at}/epoch`),
    queueRev: checkSafe(stamp.queueRev, `${at}/queueRev`),
  };
}

export const deviceOrNone = (id: string, at: string): DeviceId | null =>
  id === "" ? null : checkId("device", id, at);

export const deviceInfoToMessage = (info: DeviceInfo): gen.DeviceInfo => ({
  ...info,
  lapsePolicy: policyToMessage(info.lapsePolicy),
});

export function deviceInfoFromMessage(message: gen.DeviceInfo | undefined, at: string): DeviceInfo {
  const info = checkPresent(message, at);
  return {
    deviceId: checkId("device", info.deviceId, `${at}/deviceId`),
    name: checkText(info.name, 0, MAX_DEVICE_NAME, `${at}/name`),
    type: checkText(info.type, 0, 20, `${at}/type`),
    player: info.player,
    controller: info.controller,
    volumeSteps: checkRange(info.volumeSteps, 0, 1_000_000, `${at}/volumeSteps`),
    lapsePolicy: policyFromMessage(info.lapsePolicy),
  };
}

export const checkVolume = (volume: number, at: string): number => checkRange(volume, 0, 1, at);

export function volumeOrNone(volume: number | undefined, at: string): number | null {
  return volume === undefined ? null : checkVolume(volume, at);
}

export const itemToMessage = (item: QueueItem): gen.QueueItem => ({
  ...item,
  source: sourceToMessage(item.source),
});

export function itemFromMessage(message: gen.QueueItem, at: string): QueueItem {
  return {
    uid: checkText(message.uid, 1, MAX_UID_LENGTH, `${at}/uid`),
    trackId: checkId("track", message.trackId, `${at}/trackId`),
    source: sourceFromMessage(message.source),
  };
}

export function itemsFromMessage(
  messages: readonly gen.QueueItem[],
  min: number,
  max: number,
  at: string,
): readonly QueueItem[] {
  return checkCount(messages, min, max, at).map((item, i) => itemFromMessage(item, `${at}/${i}`));
}

export const contextToMessage = (context: ContextRef): gen.ContextRef => ({
  ...context,
  id: context.id ?? "",
});

export function contextFromMessage(message: gen.ContextRef, at: string): ContextRef {
  const kind = KINDS.find((each) => each === message.kind);
  if (kind === undefined) throw new Violation(`${at}/kind`, "must be album, playlist, artist or tracks");
  return {
    kind,
    id: message.id === "" ? null : checkText(message.id, 1, 100, `${at}/id`),
    title: checkText(message.title, 0, MAX_CONTEXT_TITLE, `${at}/title`),
  };
}

export const anchorToMessage = (anchor: Anchor): gen.Anchor => ({
  ...anchor,
  positionMs: BigInt(anchor.positionMs),
  atServerUs: BigInt(anchor.atServerUs),
  durationMs: BigInt(anchor.durationMs),
});

export function anchorFromMessage(message: gen.Anchor | undefined, at: string): Anchor | null {
  if (message === undefined) return null;
  return {
    itemUid: checkText(message.itemUid, 1, MAX_UID_LENGTH, `${at}/itemUid`),
    positionMs: checkSafe(message.positionMs, `${at}/positionMs`),
    atServerUs: checkSafe(message.atServerUs, `${at}/atServerUs`),
    rateMilli: checkRange(message.rateMilli, 0, 4_000, `${at}/rateMilli`),
    uncertaintyUs: message.uncertaintyUs,
    durationMs: checkSafe(message.durationMs, `${at}/durationMs`),
    audible: message.audible,
  };
}

const cueToMessage = (cue: Cue): gen.Cue => ({
  version: BigInt(cue.version),
  itemUid: cue.itemUid,
  positionMs: BigInt(cue.positionMs),
});

function cueFromMessage(message: gen.Cue | undefined, at: string): Cue {
  if (message === undefined) return EMPTY_SESSION.cue;
  return {
    version: checkSafe(message.version, `${at}/version`),
    itemUid: checkText(message.itemUid, 0, MAX_UID_LENGTH, `${at}/itemUid`),
    positionMs: checkSafe(message.positionMs, `${at}/positionMs`),
  };
}

const deviceToMessage = (state: DeviceState): gen.DeviceState => ({
  device: deviceInfoToMessage(state.device),
  online: state.online,
  detached: state.detached,
  ...(state.volume !== null && { volume: state.volume }),
  lastSeenMs: BigInt(state.lastSeenMs),
});

function deviceFromMessage(message: gen.DeviceState, at: string): DeviceState {
  return {
    device: deviceInfoFromMessage(message.device, `${at}/device`),
    online: message.online,
    detached: message.detached,
    volume: volumeOrNone(message.volume, `${at}/volume`),
    lastSeenMs: checkSafe(message.lastSeenMs, `${at}/lastSeenMs`),
  };
}

const transferToMessage = (transfer: TransferState): gen.TransferState => ({
  fromDeviceId: transfer.fromDeviceId ?? "",
  toDeviceId: transfer.toDeviceId,
  granted: transfer.granted,
  waitsUntilUs: BigInt(transfer.waitsUntilUs),
});

function transferFromMessage(message: gen.TransferState | undefined, at: string): TransferState | null {
  if (message === undefined) return null;
  return {
    fromDeviceId: deviceOrNone(message.fromDeviceId, `${at}/fromDeviceId`),
    toDeviceId: checkId("device", message.toDeviceId, `${at}/toDeviceId`),
    granted: message.granted,
    waitsUntilUs: checkSafe(message.waitsUntilUs, `${at}/waitsUntilUs`),
  };
}

/** The message with the fields that changed; every other one has its default. */
export function changesToMessage(changes: SessionChanges): gen.SessionState {
  const { context, cue, current, anchor, transfer } = changes;
  return {
    activeDeviceId: changes.activeDeviceId ?? "",
    wantPlaying: changes.wantPlaying ?? false,
    ...(context && { context: contextToMessage(context) }),
    contextItems: (changes.contextItems ?? []).map(itemToMessage),
    order: [...(changes.order ?? [])],
    orderIndex: changes.orderIndex ?? 0,
    ...(current && { current: itemToMessage(current) }),
    upNext: (changes.upNext ?? []).map(itemToMessage),
    history: (changes.history ?? []).map(itemToMessage),
    shuffle: changes.shuffle ?? false,
    repeat: repeatToMessage(changes.repeat ?? null),
    ...(cue && { cue: cueToMessage(cue) }),
    ...(anchor && { anchor: anchorToMessage(anchor) }),
    buffering: changes.buffering ?? false,
    errorCode: changes.errorCode ?? "",
    devices: (changes.devices ?? []).map(deviceToMessage),
    ...(transfer && { transfer: transferToMessage(transfer) }),
  };
}

function everything(message: gen.SessionState, at: string): Required<SessionChanges> {
  return {
    activeDeviceId: deviceOrNone(message.activeDeviceId, `${at}/activeDeviceId`),
    wantPlaying: message.wantPlaying,
    context: message.context ? contextFromMessage(message.context, `${at}/context`) : null,
    contextItems: itemsFromMessage(message.contextItems, 0, MAX_SESSION_CONTEXT, `${at}/contextItems`),
    order: checkCount(message.order, 0, MAX_SESSION_CONTEXT, `${at}/order`),
    orderIndex: message.orderIndex,
    current: message.current ? itemFromMessage(message.current, `${at}/current`) : null,
    upNext: itemsFromMessage(message.upNext, 0, MAX_SESSION_UP_NEXT, `${at}/upNext`),
    history: itemsFromMessage(message.history, 0, MAX_SESSION_HISTORY, `${at}/history`),
    shuffle: message.shuffle,
    repeat: repeatFromMessage(message.repeat) ?? "off",
    cue: cueFromMessage(message.cue, `${at}/cue`),
    anchor: anchorFromMessage(message.anchor, `${at}/anchor`),
    buffering: message.buffering,
    errorCode: message.errorCode === "" ? null : checkText(message.errorCode, 1, 64, `${at}/errorCode`),
    devices: checkCount(message.devices, 0, MAX_DEVICES_LISTED, `${at}/devices`).map((device, i) =>
      deviceFromMessage(device, `${at}/devices/${i}`),
    ),
    transfer: transferFromMessage(message.transfer, `${at}/transfer`),
  };
}

/** Names of the fields in a delta's mask, as in the proto file. */
const MASK: Readonly<Record<keyof SessionChanges, string>> = {
  activeDeviceId: "active_device_id",
  wantPlaying: "want_playing",
  context: "context",
  contextItems: "context_items",
  order: "order",
  orderIndex: "order_index",
  current: "current",
  upNext: "up_next",
  history: "history",
  shuffle: "shuffle",
  repeat: "repeat",
  cue: "cue",
  anchor: "anchor",
  buffering: "buffering",
  errorCode: "error_code",
  devices: "devices",
  transfer: "transfer",
};

const FIELDS = Object.keys(MASK) as (keyof SessionChanges)[];

/** The mask of `changes`, in the order of the proto file. */
export const maskOf = (changes: SessionChanges): string[] =>
  FIELDS.filter((field) => field in changes).map((field) => MASK[field]);

/** The fields that `mask` names. */
export function changesFromMessage(
  message: gen.SessionState | undefined,
  mask: readonly string[],
  at: string,
): SessionChanges {
  const all = everything(message ?? gen.SessionState.create(), at);
  const named = FIELDS.filter((field) => mask.includes(MASK[field]));
  return Object.fromEntries(named.map((field) => [field, all[field]]));
}

export const sessionToMessage = (state: SessionState): gen.SessionState => changesToMessage(allOf(state));

export function sessionFromMessage(message: gen.SessionState | undefined, at: string): SessionState {
  const state = applyChanges(EMPTY_SESSION, everything(checkPresent(message, at), at));
  if (state === null) throw new Violation(`${at}/order`, "must be a permutation of contextItems");
  return state;
}
