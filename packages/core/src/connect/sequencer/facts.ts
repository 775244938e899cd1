/** What a device says of itself: what is audible, and its volume. */
import type { DeviceId } from "../../ids";
import type { Report } from "../frames";
import { allEnded, ended, queueAt } from "../session-queue";
import type { Anchor, SessionState } from "../types";
import { settlePending } from "./results";
import { completeTransfer, failTransfer } from "./right";
import { patchLink, patchSession, type Turn } from "./turn";

/** Anchors from further away than this are taken as of now: the device's clock estimate cannot be that wrong. */
const BELIEVED_US = 60_000_000;

/** Takes a report of the device that the epoch belongs to; any other changes nothing. */
export function onReport(turn: Turn, deviceId: DeviceId, report: Report): void {
  const link = turn.state.links.get(deviceId);
  if (!link || report.reportSeq <= link.reportSeq) return;
  patchLink(turn, deviceId, { reportSeq: report.reportSeq });
  const { stamp, owner, session, transfer } = turn.state;
  if (report.epoch !== stamp.epoch || owner !== deviceId) return;
  const arriving = transfer?.toDeviceId === deviceId;
  if (session.activeDeviceId !== deviceId && !arriving) return;
  if (arriving && report.errorCode !== null) {
    failTransfer(turn, "device_unreachable");
    return;
  }
  const current = report.appliedVersion >= session.cue.version;
  if (current) takeFacts(turn, report);
  if (arriving && current && (report.anchor?.rateMilli || !turn.state.session.wantPlaying))
    completeTransfer(turn);
  settlePending(
    turn,
    "applied",
    ({ waitsFor }) => waitsFor.type === "report" && waitsFor.version <= report.appliedVersion,
  );
}

function takeFacts(turn: Turn, report: Report): void {
  const { session } = turn.state;
  const { buffering, errorCode, anchor } = report;
  if (report.ended) {
    if (session.queue.current === null && !session.wantPlaying) return;
    // What the device knew of when it came to the end has been played; what was added since has not.
    const knewAll = report.appliedVersion >= turn.state.stamp.version;
    patchSession(turn, {
      queue: knewAll ? allEnded(session.queue) : ended(session.queue),
      wantPlaying: false,
      anchor: null,
      buffering: false,
      errorCode,
    });
    return;
  }
  const queue = anchor === null ? session.queue : queueAt(session.queue, anchor.itemUid);
  const change: Partial<SessionState> = {
    ...(queue !== null && anchor !== null && { queue, anchor: believed(turn, anchor) }),
    buffering,
    errorCode,
  };
  patchSession(turn, change);
}

function believed(turn: Turn, anchor: Anchor): Anchor {
  const off = Math.abs(turn.nowUs - anchor.atServerUs);
  return off <= BELIEVED_US ? anchor : { ...anchor, atServerUs: turn.nowUs };
}

/** Takes a device's word on its volume. */
export function onVolume(turn: Turn, deviceId: DeviceId, volume: number, seq: number): void {
  const { devices } = turn.state.session;
  const listed = devices.find((each) => each.device.deviceId === deviceId);
  if (listed && listed.volume !== volume)
    patchSession(turn, {
      devices: devices.map((each) => (each === listed ? { ...each, volume } : each)),
    });
  settlePending(
    turn,
    "applied",
    ({ waitsFor }) => waitsFor.type === "volume" && waitsFor.deviceId === deviceId && waitsFor.seq <= seq,
  );
}
