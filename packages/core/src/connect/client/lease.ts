/** The right of this device to sound: granted, prolonged, lapsed, revoked. */
import type { Anchor } from "../types";
import { anchorOf } from "./reports";
import { isSounding, maySound, type PlayerFacts } from "./state";
import { type ClientTurn, clientUs, patch, send } from "./turn";

export function onPrepare(turn: ClientTurn, epoch: number): void {
  patch(turn, { preparing: epoch, nextBeatMs: Math.min(turn.state.nextBeatMs, turn.nowMs) });
  send(turn, { type: "prepared", epoch, clientSentUs: clientUs(turn) });
}

/** The lease runs from the moment at which this device sent what the grant answers. */
export function onGrant(turn: ClientTurn, epoch: number, leaseMs: number, clientSentUs: number): void {
  const { stamp, heldEpoch, playingHeartbeatMs, right } = turn.state;
  const sentMs = clientSentUs / 1000;
  // A grant of another epoch, or for a moment that this clock has not seen, is none.
  if (epoch < (stamp?.epoch ?? 0) || epoch < heldEpoch || sentMs > turn.nowMs) return;
  const leaseUntilMs = sentMs + leaseMs;
  const held = leaseUntilMs > turn.nowMs && sentMs >= turn.state.awakeSinceMs;
  patch(turn, {
    heldEpoch: epoch,
    leaseUntilMs,
    preparing: 0,
    // A grant that comes too late mutes nobody who sounds by policy.
    right: held ? "held" : right === "detached" ? right : "lapsed",
    nextRenewalMs: held ? Math.max(turn.nowMs, sentMs + playingHeartbeatMs) : turn.nowMs,
    nextBeatMs: Math.min(turn.state.nextBeatMs, turn.nowMs + playingHeartbeatMs),
  });
  turn.effects.push({ type: "changed" });
}

/** Another epoch began: stop, then say so. */
export function onRevoke(turn: ClientTurn, epoch: number): void {
  const { heldEpoch, silencing } = turn.state;
  if (epoch < heldEpoch) return;
  patch(turn, {
    right: "none",
    heldEpoch: 0,
    nextRenewalMs: Number.POSITIVE_INFINITY,
    preparing: turn.state.preparing === epoch ? epoch : 0,
    silencing: epoch,
  });
  turn.effects.push({ type: "changed" });
  // A player that was paused may still be heard: only its output knows. What was asked once is not asked again.
  if (heldEpoch > 0) turn.effects.push({ type: "silence" });
  else if (silencing === 0) release(turn, turn.state.facts);
}

/** The player is silent. */
export function onSilent(turn: ClientTurn, facts: PlayerFacts | null): void {
  // The right may have come back meanwhile, and the player with it.
  if (!maySound(turn.state)) patch(turn, { facts: facts && { ...facts, playing: false, buffering: false } });
  if (turn.state.silencing > 0) release(turn, turn.state.facts);
}

function release(turn: ClientTurn, facts: PlayerFacts | null): void {
  const epoch = turn.state.silencing;
  const anchor: Anchor | null = facts && anchorOf(turn.state, facts);
  patch(turn, { silencing: 0 });
  send(turn, { type: "released", epoch, anchor });
}

/** The lease could not be prolonged in time, or the device `slept`: then it has stopped already, and stays so. */
export function lapse(turn: ClientTurn, slept: boolean): void {
  const { right, me } = turn.state;
  if (right !== "held" && !(slept && right === "detached")) return;
  const detached = !slept && me.lapsePolicy === "continue" && isSounding(turn.state);
  patch(turn, { right: detached ? "detached" : "lapsed", nextRenewalMs: turn.nowMs });
  turn.effects.push({ type: "changed" });
  if (!detached) turn.effects.push({ type: "silence" });
}

/** Prolongs when it is time. */
export function renewIfDue(turn: ClientTurn): void {
  const { heldEpoch, nextRenewalMs, link, playingHeartbeatMs } = turn.state;
  if (link !== "up" || heldEpoch === 0 || turn.nowMs < nextRenewalMs) return;
  send(turn, { type: "lease_renewal", epoch: heldEpoch, clientSentUs: clientUs(turn) });
  patch(turn, { nextRenewalMs: turn.nowMs + playingHeartbeatMs });
}
