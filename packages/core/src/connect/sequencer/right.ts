/** The right to sound: who holds it, who may still sound, and how it moves. */
import type { DeviceId } from "../../ids";
import type { Milliseconds } from "../../units";
import { AUDIBLE_DEADLINE_MS, LEASE_MARGIN_MS, LEASE_MS } from "../limits";
import { standAt } from "../position";
import { queueAt } from "../session-queue";
import type { Anchor, Microseconds, Outcome } from "../types";
import { settlePending } from "./results";
import type { Holder } from "./state";
import { nextVersion, patch, patchLink, patchSession, send, type Turn } from "./turn";

const HOLDS_US = (LEASE_MS + LEASE_MARGIN_MS) * 1000;
const AUDIBLE_US = AUDIBLE_DEADLINE_MS * 1000;
/** A device's clock in a grant is at most this old, so that most of the lease is left. */
const FRESH_US = (LEASE_MS * 1000) / 2;

const isOnline = (turn: Turn, deviceId: DeviceId) => turn.state.links.has(deviceId);

/** Sets where the session is, by command: the active device goes there once it sees this version. */
export function setCue(turn: Turn, positionMs: Milliseconds): void {
  const { session } = turn.state;
  const uid = session.queue.current?.uid ?? "";
  const at = Math.max(0, Math.round(positionMs));
  const anchor: Anchor | null =
    uid === ""
      ? null
      : {
          itemUid: uid,
          positionMs: at,
          atServerUs: turn.nowUs,
          rateMilli: 0,
          uncertaintyUs: 0,
          durationMs: session.anchor?.itemUid === uid ? session.anchor.durationMs : 0,
          audible: false,
        };
  patchSession(turn, {
    cue: { version: nextVersion(turn), itemUid: uid, positionMs: at },
    anchor,
    buffering: false,
    errorCode: null,
  });
}

/** Takes the active device off: nobody is active, the session is paused, the position of `atUs` is kept. */
export function goIdle(turn: Turn, atUs: Microseconds): void {
  const { anchor } = turn.state.session;
  patchSession(turn, {
    activeDeviceId: null,
    wantPlaying: false,
    buffering: false,
    anchor: standing(anchor, atUs),
  });
}

function standing(anchor: Anchor | null, atUs: Microseconds): Anchor | null {
  return anchor && anchor.rateMilli !== 0 ? standAt(anchor, Math.max(atUs, anchor.atServerUs)) : anchor;
}

export function raiseEpoch(turn: Turn, above = turn.state.stamp.epoch): void {
  patch(turn, { stamp: { ...turn.state.stamp, epoch: above + 1 }, owner: null });
}

/** Begins to move the right to sound to `to`, which is a connected player. */
export function beginTransfer(turn: Turn, to: DeviceId, force: boolean): void {
  const { session, transfer: running } = turn.state;
  const from = session.activeDeviceId ?? running?.fromDeviceId ?? null;
  settlePending(turn, "stale_epoch", ({ waitsFor }) => waitsFor.type !== "volume");
  raiseEpoch(turn);
  const { epoch } = turn.state.stamp;
  patch(turn, {
    transfer: {
      fromDeviceId: from,
      toDeviceId: to,
      force,
      sinceVersion: nextVersion(turn),
      prepared: false,
      grantedAtUs: null,
      releasedMs: null,
    },
  });
  patchSession(turn, {
    activeDeviceId: null,
    transfer: { fromDeviceId: from, toDeviceId: to, granted: false, waitsUntilUs: 0 },
  });
  for (const { deviceId } of turn.state.holders)
    if (deviceId !== to) send(turn, deviceId, { type: "revoke", epoch });
  send(turn, to, { type: "prepare", epoch });
  advanceTransfer(turn);
}

/** Grants the new device when nothing stands in the way any more; else says until when the session waits. */
export function advanceTransfer(turn: Turn): void {
  const { transfer, holders, links, session } = turn.state;
  if (!transfer || transfer.grantedAtUs !== null) return;
  const others = holders.filter(({ deviceId }) => deviceId !== transfer.toDeviceId);
  const silent = others.filter(({ deviceId }) => !isOnline(turn, deviceId));
  const waits = transfer.force ? others.filter((each) => !silent.includes(each)) : others;
  const waitsUntilUs = silent.length > 0 ? Math.max(...waits.map(({ untilUs }) => untilUs), 0) : 0;
  if (session.transfer && session.transfer.waitsUntilUs !== waitsUntilUs)
    patchSession(turn, { transfer: { ...session.transfer, waitsUntilUs } });
  const sent = links.get(transfer.toDeviceId)?.clientSent;
  if (waits.length > 0 || !transfer.prepared || !sent || turn.nowUs - sent.receivedUs > FRESH_US) return;
  grant(turn);
}

function grant(turn: Turn): void {
  const { session, stamp } = turn.state;
  const transfer = turn.state.transfer!;
  const to = transfer.toDeviceId;
  const { clientSent } = turn.state.links.get(to)!;
  const old = turn.state.holders.find(({ deviceId }) => deviceId === transfer.fromDeviceId);
  const { anchor } = session;
  const positionMs =
    transfer.releasedMs ?? standing(anchor, old?.heardUs ?? turn.nowUs)?.positionMs ?? session.cue.positionMs;
  patch(turn, {
    owner: to,
    transfer: { ...transfer, grantedAtUs: turn.nowUs },
    holders: [
      ...turn.state.holders.filter(({ deviceId }) => deviceId !== to),
      {
        deviceId: to,
        epoch: stamp.epoch,
        untilUs: clientSent!.receivedUs + HOLDS_US,
        heardUs: clientSent!.receivedUs,
      },
    ],
  });
  patchSession(turn, {
    transfer: { fromDeviceId: transfer.fromDeviceId, toDeviceId: to, granted: true, waitsUntilUs: 0 },
  });
  setCue(turn, positionMs);
  sendGrant(turn, to, clientSent!.us);
}

function sendGrant(turn: Turn, to: DeviceId, clientSentUs: Microseconds): void {
  send(turn, to, { type: "lease_grant", epoch: turn.state.stamp.epoch, leaseMs: LEASE_MS, clientSentUs });
}

/** The new device is audible, or stands ready where the listener paused. */
export function completeTransfer(turn: Turn): void {
  const { transfer } = turn.state;
  if (!transfer) return;
  patch(turn, { transfer: null });
  patchSession(turn, { activeDeviceId: transfer.toDeviceId, transfer: null });
  settlePending(turn, "applied", ({ waitsFor }) => waitsFor.type === "transfer");
}

/** Ends a transfer without a new active device; the position stays. */
export function failTransfer(turn: Turn, outcome: Outcome): void {
  const { transfer } = turn.state;
  if (!transfer) return;
  raiseEpoch(turn);
  patch(turn, { transfer: null });
  patchSession(turn, { transfer: null });
  goIdle(turn, turn.nowUs);
  settlePending(turn, outcome, ({ waitsFor }) => waitsFor.type === "transfer");
  settlePending(turn, "stale_epoch", ({ waitsFor }) => waitsFor.type === "report");
  send(turn, transfer.toDeviceId, { type: "revoke", epoch: turn.state.stamp.epoch });
}

/** A device answered `prepare`. */
export function onPrepared(turn: Turn, deviceId: DeviceId, epoch: number): void {
  const { transfer, stamp } = turn.state;
  if (transfer?.toDeviceId !== deviceId || epoch !== stamp.epoch || transfer.prepared) return;
  patch(turn, { transfer: { ...transfer, prepared: true } });
  advanceTransfer(turn);
}

/** Notes the device's clock in a frame that came now. */
export function hear(turn: Turn, deviceId: DeviceId, clientSentUs: Microseconds): void {
  patchLink(turn, deviceId, { clientSent: { us: clientSentUs, receivedUs: turn.nowUs } });
}

/** Prolongs the lease of the device that the epoch belongs to, and makes it active again if it was taken off. */
export function onRenewal(turn: Turn, deviceId: DeviceId, epoch: number, clientSentUs: Microseconds): void {
  const { stamp, owner, holders, session, transfer } = turn.state;
  if (epoch !== stamp.epoch || owner !== deviceId) {
    send(turn, deviceId, { type: "revoke", epoch: stamp.epoch });
    return;
  }
  const held: Holder = {
    deviceId,
    epoch,
    untilUs: turn.nowUs + HOLDS_US,
    heardUs: turn.nowUs,
  };
  patch(turn, { holders: [...holders.filter((each) => each.deviceId !== deviceId), held] });
  if (session.activeDeviceId === null && transfer === null)
    patchSession(turn, {
      activeDeviceId: deviceId,
      wantPlaying: session.wantPlaying || turn.state.links.get(deviceId)?.sounding === true,
      devices: session.devices.map((each) =>
        each.device.deviceId === deviceId && each.detached ? { ...each, detached: false } : each,
      ),
    });
  sendGrant(turn, deviceId, clientSentUs);
}

/** A device is silent. */
export function onReleased(turn: Turn, deviceId: DeviceId, epoch: number, anchor: Anchor | null): void {
  const { holders, transfer, stamp, session } = turn.state;
  if (epoch > stamp.epoch) return;
  const kept = holders.filter((each) => each.deviceId !== deviceId || each.epoch >= epoch);
  if (kept.length === holders.length) return;
  patch(turn, { holders: kept });
  if (session.activeDeviceId === deviceId) goIdle(turn, turn.nowUs);
  if (transfer?.fromDeviceId === deviceId && transfer.grantedAtUs === null && anchor !== null)
    noteReleasedAt(turn, anchor);
  advanceTransfer(turn);
}

function noteReleasedAt(turn: Turn, anchor: Anchor): void {
  const { session, transfer } = turn.state;
  if (transfer === null || session.cue.version >= transfer.sinceVersion) return;
  const queue = queueAt(session.queue, anchor.itemUid);
  if (queue === null) return;
  patch(turn, { transfer: { ...transfer, releasedMs: anchor.positionMs } });
  patchSession(turn, { queue, anchor: { ...anchor, atServerUs: turn.nowUs, rateMilli: 0 } });
}

/** A device says that it leaves, silent. */
export function onGoodbye(turn: Turn, deviceId: DeviceId): void {
  const { session, transfer, owner } = turn.state;
  if (transfer?.toDeviceId === deviceId) failTransfer(turn, "device_unreachable");
  patch(turn, {
    holders: turn.state.holders.filter((each) => each.deviceId !== deviceId),
    owner: owner === deviceId ? null : turn.state.owner,
  });
  if (session.activeDeviceId === deviceId) goIdle(turn, turn.nowUs);
  advanceTransfer(turn);
}

/** Takes devices off whose lease has run out, and ends a transfer whose device stays silent. */
export function expireLeases(turn: Turn): void {
  const { transfer } = turn.state;
  if (transfer?.grantedAtUs != null && turn.nowUs >= transfer.grantedAtUs + AUDIBLE_US)
    failTransfer(turn, "timed_out");
  const lapsed = turn.state.holders.filter(({ untilUs }) => turn.nowUs >= untilUs);
  if (lapsed.length > 0) {
    patch(turn, { holders: turn.state.holders.filter((each) => !lapsed.includes(each)) });
    for (const holder of lapsed) takeOff(turn, holder);
  }
  advanceTransfer(turn);
}

function takeOff(turn: Turn, { deviceId, heardUs }: Holder): void {
  const { session, links, transfer } = turn.state;
  const listed = session.devices.find((each) => each.device.deviceId === deviceId);
  const active = session.activeDeviceId === deviceId;
  const sounded = active && session.wantPlaying;
  const detached = sounded && listed?.device.lapsePolicy === "continue";
  if (active) goIdle(turn, heardUs);
  else if (transfer?.fromDeviceId === deviceId && transfer.grantedAtUs === null)
    patchSession(turn, { anchor: standing(session.anchor, heardUs) });
  patchSession(turn, {
    devices: turn.state.session.devices.flatMap((each) => {
      if (each.device.deviceId !== deviceId) return [each];
      if (detached) return [{ ...each, detached }];
      return links.has(deviceId) || each.detached ? [each] : [];
    }),
  });
}

/** The earliest time at which `expireLeases` has something to do; Infinity when never. */
export function nextExpiryUs(turn: Pick<Turn, "state">): Microseconds {
  const { holders, transfer } = turn.state;
  const audible =
    transfer?.grantedAtUs == null ? Number.POSITIVE_INFINITY : transfer.grantedAtUs + AUDIBLE_US;
  return Math.min(audible, ...holders.map(({ untilUs }) => untilUs));
}
