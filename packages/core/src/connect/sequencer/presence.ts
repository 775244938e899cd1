/** Devices come and go. */
import type { DeviceId } from "../../ids";
import type { Resume } from "../frames";
import { DETACHED_KEPT_MS, MAX_RISING, REPLAY_LIMIT } from "../limits";
import type { DeviceInfo, DeviceState, Microseconds, Stamp } from "../types";
import { answerAgain } from "./results";
import { advanceTransfer, failTransfer, goIdle, onGoodbye, raiseEpoch } from "./right";
import type { Link, Sequencer, SequencerFrame } from "./state";
import { patch, patchSession, send, type Turn } from "./turn";

/** Close code of a connection whose device has a newer one. */
const REPLACED = 3503;

export const linkOf = (state: Sequencer, connectionId: string): readonly [DeviceId, Link] | null =>
  [...state.links].find(([, link]) => link.connectionId === connectionId) ?? null;

interface Arrival {
  readonly connectionId: string;
  readonly info: DeviceInfo;
  readonly openedUs: Microseconds;
  readonly volume: number | null;
  readonly resume: Resume | null;
}

/** A device connects: it is listed, welcomed, brought up to date, and told whether it may sound. */
export function onConnect(turn: Turn, { connectionId, openedUs, info, volume, resume }: Arrival): void {
  const { deviceId } = info;
  const other = turn.state.links.get(deviceId);
  const isLate = other !== undefined && other.openedUs > openedUs;
  const replaced = isLate ? connectionId : other?.connectionId;
  if (replaced !== undefined)
    turn.outbox.push(() => [{ type: "close", connectionId: replaced, code: REPLACED }]);
  if (isLate) return;
  const link: Link = {
    connectionId,
    openedUs,
    info,
    reportSeq: 0,
    clientSent: null,
    sounding: resume?.sounding ?? false,
  };
  patch(turn, { links: new Map(turn.state.links).set(deviceId, link) });
  list(turn, { device: info, online: true, detached: false, volume, lastSeenMs: turn.wallMs });
  turn.withoutDelta = connectionId;
  turn.outbox.push((after) => catchUp(after, resume).map((frame) => ({ type: "send", connectionId, frame })));
  believe(turn, resume);
  checkRight(turn, deviceId, resume?.heldEpoch ?? 0);
  for (const id of resume?.pendingCommandIds ?? []) answerAgain(turn, deviceId, id);
  advanceTransfer(turn);
}

function list(turn: Turn, entry: DeviceState): void {
  const { devices } = turn.state.session;
  const at = devices.findIndex((each) => each.device.deviceId === entry.device.deviceId);
  patchSession(turn, { devices: at < 0 ? [...devices, entry] : devices.with(at, entry) });
}

/** Goes on above whatever the device has seen, when this store has lost its newest changes. */
function believe(turn: Turn, resume: Resume | null): void {
  if (resume === null || resume.sessionId !== turn.state.sessionId) return;
  const { stamp } = turn.state;
  const { incarnation, version, epoch } = resume.stamp;
  const seen = Math.max(epoch, resume.heldEpoch);
  if (seen > stamp.epoch && seen < MAX_RISING) {
    if (turn.state.transfer) failTransfer(turn, "stale_epoch");
    else goIdle(turn, turn.nowUs);
    raiseEpoch(turn, seen);
  }
  const ahead =
    incarnation > stamp.incarnation || (incarnation === stamp.incarnation && version > stamp.version);
  if (ahead && incarnation < MAX_RISING && version < MAX_RISING)
    patch(turn, {
      stamp: { ...turn.state.stamp, incarnation: Math.max(incarnation, stamp.incarnation) + 1 },
      log: [],
    });
}

/** Compares what the device holds with the session's right to sound. */
function checkRight(turn: Turn, deviceId: DeviceId, heldEpoch: number): void {
  const { stamp, owner, session, transfer } = turn.state;
  const { epoch } = stamp;
  if (transfer?.toDeviceId === deviceId && transfer.grantedAtUs === null)
    send(turn, deviceId, { type: "prepare", epoch });
  // It goes on, or asks for its lease again.
  if (heldEpoch === epoch && owner === deviceId) return;
  if (heldEpoch > 0) {
    send(turn, deviceId, { type: "revoke", epoch });
    return;
  }
  // A device that holds nothing is silent: it began anew, or it was revoked.
  if (owner === deviceId && transfer?.toDeviceId === deviceId) failTransfer(turn, "device_unreachable");
  patch(turn, {
    holders: turn.state.holders.filter((each) => each.deviceId !== deviceId),
    owner: turn.state.owner === deviceId ? null : turn.state.owner,
  });
  if (session.activeDeviceId === deviceId) goIdle(turn, turn.nowUs);
}

/** Welcome, and then every missing delta or a snapshot. */
function catchUp(state: Sequencer, resume: Resume | null): readonly SequencerFrame[] {
  const { sessionId } = state;
  const deltas = resume?.sessionId === sessionId ? missing(state, resume.stamp) : null;
  const welcome = { type: "welcome", sessionId, replayed: deltas !== null } as const;
  return [welcome, ...(deltas ?? [snapshotOf(state)])];
}

const snapshotOf = (state: Sequencer): SequencerFrame => ({
  type: "snapshot",
  stamp: state.stamp,
  state: state.session,
});

/** The deltas after `held`; null when they are not all there, or too many. */
function missing({ stamp, log }: Sequencer, held: Stamp): readonly SequencerFrame[] | null {
  const gap = stamp.version - held.version;
  if (held.incarnation !== stamp.incarnation || gap < 0 || gap > Math.min(REPLAY_LIMIT, log.length))
    return null;
  return log.slice(log.length - gap).map((delta) => ({ type: "delta", ...delta }));
}

/** A device asks for what it missed. */
export function onSync(turn: Turn, deviceId: DeviceId, held: Stamp): void {
  const link = turn.state.links.get(deviceId);
  if (!link) return;
  turn.outbox.push((after) =>
    (missing(after, held) ?? [snapshotOf(after)]).map((frame) => ({
      type: "send",
      connectionId: link.connectionId,
      frame,
    })),
  );
}

/** A connection ended; nothing happens when its device has a newer one. */
export function onDisconnect(turn: Turn, connectionId: string): void {
  const entry = linkOf(turn.state, connectionId);
  if (!entry) return;
  const [deviceId] = entry;
  const links = new Map(turn.state.links);
  links.delete(deviceId);
  patch(turn, { links });
  const { transfer } = turn.state;
  if (transfer?.toDeviceId === deviceId && transfer.grantedAtUs === null)
    failTransfer(turn, "device_unreachable");
  unlist(turn, deviceId);
  advanceTransfer(turn);
}

/** Says that the device is gone; it stays listed while it may sound. */
function unlist(turn: Turn, deviceId: DeviceId): void {
  const { session, holders } = turn.state;
  const mayHold = holders.some((each) => each.deviceId === deviceId);
  patchSession(turn, {
    devices: session.devices.flatMap((each) => {
      if (each.device.deviceId !== deviceId) return [each];
      if (!mayHold && !each.detached) return [];
      return [{ ...each, online: false, volume: null, lastSeenMs: turn.wallMs }];
    }),
  });
}

/** The device leaves, silent, and its connection with it. */
export function onLeave(turn: Turn, deviceId: DeviceId): void {
  const link = turn.state.links.get(deviceId);
  onGoodbye(turn, deviceId);
  if (link) onDisconnect(turn, link.connectionId);
}

/** Forgets devices that went detached long ago. */
export function forgetDetached(turn: Turn): void {
  const { devices } = turn.state.session;
  const kept = devices.filter(
    (each) => each.online || !each.detached || turn.wallMs - each.lastSeenMs < DETACHED_KEPT_MS,
  );
  if (kept.length < devices.length) patchSession(turn, { devices: kept });
}
