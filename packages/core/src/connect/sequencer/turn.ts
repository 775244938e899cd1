/** One step of a sequencer under way: the state is replaced piece by piece, and committed as one version at the end. */
import type { DeviceId } from "../../ids";
import type { Milliseconds } from "../../units";
import { changesBetween } from "../changes";
import { LOG_LENGTH } from "../limits";
import type { CommandId, Delta, Microseconds, SessionState, Stamp } from "../types";
import type { Link, Sequencer, SequencerEffect, SequencerFrame, SequencerStep } from "./state";

/** A frame whose content depends on the stamp of the commit. */
type Stamped = SequencerFrame | ((stamp: Stamp) => SequencerFrame);

export interface Turn {
  readonly nowUs: Microseconds;
  readonly wallMs: Milliseconds;
  state: Sequencer;
  /** Command that causes the change. */
  cause: CommandId | null;
  /** Connection that does not get the delta, because a snapshot or replay follows. */
  withoutDelta: string | null;
  /** Keys of the results that this turn gave; they carry its stamp. */
  readonly settled: string[];
  /** Effects that look at the state after the turn. */
  readonly outbox: ((after: Sequencer) => readonly SequencerEffect[])[];
}

export function beginTurn(state: Sequencer, at: { nowUs: Microseconds; wallMs: Milliseconds }): Turn {
  return {
    nowUs: at.nowUs,
    wallMs: at.wallMs,
    state,
    cause: null,
    withoutDelta: null,
    settled: [],
    outbox: [],
  };
}

/** Version that the change of this turn will have. */
export const nextVersion = (turn: Turn): number => turn.state.stamp.version + 1;

export function patch(turn: Turn, change: Partial<Sequencer>): void {
  turn.state = { ...turn.state, ...change };
}

export function patchSession(turn: Turn, change: Partial<SessionState>): void {
  patch(turn, { session: { ...turn.state.session, ...change } });
}

export function patchLink(turn: Turn, deviceId: DeviceId, change: Partial<Link>): void {
  const link = turn.state.links.get(deviceId);
  if (link) patch(turn, { links: new Map(turn.state.links).set(deviceId, { ...link, ...change }) });
}

/** Sends `frame` to the device after the delta of this turn, if it is connected. */
export function send(turn: Turn, deviceId: DeviceId, frame: Stamped): void {
  const link = turn.state.links.get(deviceId);
  if (!link) return;
  turn.outbox.push(({ stamp }) => [
    {
      type: "send",
      connectionId: link.connectionId,
      frame: typeof frame === "function" ? frame(stamp) : frame,
    },
  ]);
}

/** The state and effects of the turn: one more version when what observers see has changed. */
export function endTurn(turn: Turn, before: Sequencer): SequencerStep {
  const after = turn.state;
  const changes = changesBetween(before.session, after.session);
  const restarted = after.stamp.incarnation !== before.stamp.incarnation;
  if (changes === null && !restarted && after.stamp.epoch === before.stamp.epoch) {
    const state = withStamps(after, turn.settled, after.stamp);
    return { state, effects: flush(turn, state) };
  }
  const edited = changes !== null && ("contextItems" in changes || "order" in changes || "upNext" in changes);
  const stamp: Stamp = {
    ...after.stamp,
    version: before.stamp.version + 1,
    queueRev: before.stamp.queueRev + (edited ? 1 : 0),
  };
  const delta: Delta = {
    stamp,
    baseVersion: before.stamp.version,
    causeCommandId: turn.cause,
    changes: changes ?? {},
  };
  const told: SequencerFrame = restarted
    ? { type: "snapshot", stamp, state: after.session }
    : { type: "delta", ...delta };
  const log = restarted ? [] : [...after.log, delta].slice(-LOG_LENGTH);
  const state = withStamps({ ...after, stamp, log }, turn.settled, stamp);
  return {
    state,
    effects: [{ type: "broadcast", frame: told, except: turn.withoutDelta }, ...flush(turn, state)],
  };
}

const flush = (turn: Turn, after: Sequencer): readonly SequencerEffect[] =>
  turn.outbox.flatMap((entry) => entry(after));

function withStamps(state: Sequencer, settled: readonly string[], stamp: Stamp): Sequencer {
  if (settled.length === 0) return state;
  const results = new Map(state.results);
  for (const key of settled) {
    const stored = results.get(key);
    if (stored) results.set(key, { ...stored, result: { ...stored.result, stamp } });
  }
  return { ...state, results };
}
