/** When and what the device with the right to sound reports. */
import type { Milliseconds } from "../../units";
import { clockEstimate } from "../clock-sync";
import type { Anchor } from "../types";
import { type ConnectClient, maySound, type PlayerFacts } from "./state";
import { type ClientTurn, patch, send } from "./turn";

/** Reports are at least this far apart. */
export const REPORT_EVERY_MS: Milliseconds = 200;
/** A position this far from what the last report foretells is told. */
export const REPORT_DRIFT_MS: Milliseconds = 100;

/** The facts as an anchor on the server's clock; null without an item or before the clock is known. */
export function anchorOf(state: ConnectClient, facts: PlayerFacts): Anchor | null {
  const estimate = clockEstimate(state.clock);
  if (facts.itemUid === null || estimate === null) return null;
  return {
    itemUid: facts.itemUid,
    positionMs: Math.max(0, Math.round(facts.positionMs)),
    atServerUs: Math.max(0, Math.round(facts.atMs * 1000 + estimate.offsetUs)),
    rateMilli: facts.playing ? 1000 : 0,
    uncertaintyUs: Math.ceil(estimate.uncertaintyUs),
    durationMs: Math.max(0, Math.round(facts.durationMs)),
    audible: true,
  };
}

/** Whether the server would learn something from `facts`. */
export function isNews(state: ConnectClient, facts: PlayerFacts): boolean {
  const last = state.lastReport;
  if (last === null || last.epoch !== state.heldEpoch) return true;
  const { facts: told } = last;
  if (
    told.itemUid !== facts.itemUid ||
    told.playing !== facts.playing ||
    told.buffering !== facts.buffering ||
    told.ended !== facts.ended ||
    told.errorCode !== facts.errorCode ||
    told.durationMs !== facts.durationMs
  )
    return true;
  if (state.intentVersion > told.appliedVersion && facts.appliedVersion >= state.intentVersion) return true;
  const foretold = told.positionMs + (told.playing ? facts.atMs - told.atMs : 0);
  return Math.abs(foretold - facts.positionMs) > REPORT_DRIFT_MS;
}

/** Reports the facts when they are news and it is time. */
export function reportIfDue(turn: ClientTurn): void {
  const { state } = turn;
  const { facts } = state;
  if (facts === null || state.link !== "up" || !maySound(state) || !isNews(state, facts)) {
    if (state.nextReportMs !== Number.POSITIVE_INFINITY)
      patch(turn, { nextReportMs: Number.POSITIVE_INFINITY });
    return;
  }
  const earliest = (state.lastReport?.sentAtMs ?? Number.NEGATIVE_INFINITY) + REPORT_EVERY_MS;
  const anchor = anchorOf(state, facts);
  // Without an estimate of the server's clock a position means nothing yet.
  if (turn.nowMs < earliest || (anchor === null && facts.itemUid !== null)) {
    patch(turn, { nextReportMs: Math.max(earliest, turn.nowMs + 20) });
    return;
  }
  const reportSeq = state.reportSeq + 1;
  send(turn, {
    type: "report",
    epoch: state.heldEpoch,
    reportSeq,
    appliedVersion: facts.appliedVersion,
    anchor,
    buffering: facts.buffering,
    ended: facts.ended,
    errorCode: facts.errorCode,
  });
  patch(turn, {
    reportSeq,
    lastReport: { epoch: state.heldEpoch, facts, sentAtMs: turn.nowMs },
    nextReportMs: Number.POSITIVE_INFINITY,
  });
}
