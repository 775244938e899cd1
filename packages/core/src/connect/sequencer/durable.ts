/** A session across restarts of its server. */
import type { Milliseconds } from "../../units";
import { EMPTY_SESSION } from "../changes";
import { LEASE_MARGIN_MS, LEASE_MS } from "../limits";
import { standAt } from "../position";
import type { Microseconds } from "../types";
import { settle } from "./results";
import type { DurableSession, Sequencer, StoredResult } from "./state";
import { beginTurn, endTurn, patch } from "./turn";

/** A session that nobody has used yet. */
export function newSession(sessionId: string): Sequencer {
  return {
    sessionId,
    stamp: { incarnation: 1, version: 0, epoch: 0, queueRev: 0 },
    session: EMPTY_SESSION,
    owner: null,
    holders: [],
    transfer: null,
    pending: [],
    volumeSeq: 0,
    results: new Map(),
    log: [],
    links: new Map(),
  };
}

/** What of `state` outlives a restart, beside its results. */
export function durableOf(state: Sequencer): DurableSession {
  const { sessionId, stamp, session, owner, holders, transfer, pending, volumeSeq } = state;
  return { sessionId, stamp, session, owner, holders, transfer, pending, volumeSeq };
}

const DURABLE = ["stamp", "session", "owner", "transfer", "pending", "volumeSeq"] as const;

/** Whether `after` holds anything that must be durable before it is shown; a prolonged lease need not be. */
export function durableChanged(before: Sequencer, after: Sequencer): boolean {
  if (before.results !== after.results || DURABLE.some((field) => before[field] !== after[field]))
    return true;
  const holds = ({ holders }: Sequencer) =>
    holders.map(({ deviceId, epoch }) => `${deviceId} ${epoch}`).join();
  return before.holders !== after.holders && holds(before) !== holds(after);
}

/**
 * The session after a restart: a new incarnation without connections. Every device that may sound is waited out for a
 * whole lease from now or re-confirmed; a transfer ends with nobody active; commands without a result have timed out.
 */
export function restoreSession(
  saved: DurableSession,
  results: ReadonlyMap<string, StoredResult>,
  at: { readonly nowUs: Microseconds; readonly wallMs: Milliseconds },
): Sequencer {
  const untilUs = at.nowUs + (LEASE_MS + LEASE_MARGIN_MS) * 1000;
  const holds = new Set(saved.holders.map(({ deviceId }) => deviceId));
  const { session } = saved;
  const restored: Sequencer = {
    ...saved,
    stamp: { ...saved.stamp, incarnation: saved.stamp.incarnation + 1 },
    holders: saved.holders.map((each) => ({ ...each, untilUs, heardUs: at.nowUs })),
    session: {
      ...session,
      devices: session.devices
        .filter(({ device, detached }) => detached || holds.has(device.deviceId))
        .map((each) => ({ ...each, online: false, volume: null })),
    },
    results,
    log: [],
    links: new Map(),
  };
  const turn = beginTurn(restored, at);
  if (saved.transfer) {
    const { anchor } = session;
    patch(turn, {
      transfer: null,
      owner: null,
      stamp: { ...restored.stamp, epoch: restored.stamp.epoch + 1 },
      session: {
        ...restored.session,
        transfer: null,
        activeDeviceId: null,
        wantPlaying: false,
        buffering: false,
        anchor: anchor && anchor.rateMilli !== 0 ? standAt(anchor, at.nowUs) : anchor,
      },
    });
  }
  for (const each of saved.pending) settle(turn, each.deviceId, each.commandId, "timed_out");
  return endTurn(turn, restored).state;
}
