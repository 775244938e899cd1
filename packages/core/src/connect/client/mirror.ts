/** The client's copy of the session: snapshots and gap-free deltas. */
import { applyChanges } from "../changes";
import type { Delta, SessionState, Stamp } from "../types";
import { onRevoke } from "./lease";
import { type ClientTurn, patch, send } from "./turn";

/** Whether `stamp` is older than what the client holds. */
function isOld(held: Stamp | null, stamp: Stamp): boolean {
  if (held === null) return false;
  return (
    stamp.incarnation < held.incarnation ||
    (stamp.incarnation === held.incarnation && stamp.version < held.version)
  );
}

export function onSnapshot(turn: ClientTurn, stamp: Stamp, session: SessionState): void {
  if (isOld(turn.state.stamp, stamp)) return;
  const anew = turn.state.stamp?.incarnation !== stamp.incarnation;
  patch(turn, {
    stamp,
    session,
    intentVersion: stamp.version,
    // Versions of another incarnation say nothing of this one.
    localCueVersion: anew ? 0 : turn.state.localCueVersion,
  });
  turn.effects.push({ type: "changed" });
  yieldTo(turn, stamp.epoch);
}

export function onDelta(turn: ClientTurn, delta: Delta): void {
  const { stamp: held, session, pending } = turn.state;
  const { stamp, baseVersion, changes, causeCommandId } = delta;
  if (
    isOld(held, stamp) ||
    (held && held.incarnation === stamp.incarnation && held.version === stamp.version)
  )
    return;
  const follows =
    held !== null &&
    session !== null &&
    held.incarnation === stamp.incarnation &&
    held.version === baseVersion;
  const next = follows ? applyChanges(session, changes) : null;
  if (next === null) {
    // What was applied so far still stands; the rest is asked for.
    send(turn, { type: "sync_request", stamp: held ?? NOTHING });
    return;
  }
  const own =
    causeCommandId !== null && pending.some((each) => each.local && each.commandId === causeCommandId);
  const asks = causeCommandId !== null || "cue" in changes || "wantPlaying" in changes;
  patch(turn, {
    stamp,
    session: next,
    ...(asks && { intentVersion: stamp.version }),
    ...(own && "cue" in changes && { localCueVersion: next.cue.version }),
  });
  turn.effects.push({ type: "changed" });
  yieldTo(turn, stamp.epoch);
}

export const NOTHING: Stamp = { incarnation: 0, version: 0, epoch: 0, queueRev: 0 };

/** A device that learns of a higher epoch stops. */
function yieldTo(turn: ClientTurn, epoch: number): void {
  const { heldEpoch } = turn.state;
  if (heldEpoch > 0 && epoch > heldEpoch) onRevoke(turn, epoch);
}
