/**
 * What must hold at every instant of a simulation. Names are those of the protocol's requirements: who may sound, the
 * order of versions, one result per command, what a failed transfer leaves.
 */
import type { ConnectClient, Settlement } from "../../connect/client/state";
import { clockEstimate } from "../../connect/clock-sync";
import { LEASE_MS, TRANSFER_DEADLINE_MS } from "../../connect/limits";
import { positionAt } from "../../connect/position";
import type { Sequencer, SequencerInput, SequencerStep } from "../../connect/sequencer/state";
import type { Action, CommandId, Outcome, SessionState, Stamp } from "../../connect/types";
import type { Wish } from "../../queue/wish";
import type { ModelDevice } from "./model-device";

export interface Violation {
  readonly invariant: string;
  readonly atMs: number;
  readonly detail: string;
}

export interface Checker {
  readonly violations: readonly Violation[];
  readonly counts: Readonly<Record<string, number>>;
  onServerStep(before: Sequencer, input: SequencerInput, step: SequencerStep): void;
  onRestore(): void;
  onClientStep(device: ModelDevice | null, before: ConnectClient, after: ConnectClient): void;
  onCommand(id: CommandId, action: Action, local: boolean): void;
  /** Nobody waits for these commands any more. */
  onDeath(pending: readonly CommandId[]): void;
  onSettle(id: CommandId, settlement: Settlement, state: ConnectClient): void;
  onUnknown(who: string): void;
  /** A while after a listener's wish: whether the session was told; null when something came in between. */
  onHand(who: string, wish: Wish, isTold: boolean | null): void;
  /** The listener was told that an old device may still sound. */
  allowOverlap(): void;
  onInstant(devices: readonly ModelDevice[]): void;
  /** What does not hold although the network has been calm for a while. */
  atRest(devices: readonly ModelDevice[], server: Sequencer): readonly Violation[];
}

/** An output runs empty within this time after it was told to stop. */
const FADE_MS = 100;
/** Music that plays here alone is the session's, or silent, within this time: the deadline of the command that joins it. */
const JOINS_WITHIN_MS = TRANSFER_DEADLINE_MS + 5_000;
const NOT_COMMITTED: ReadonlySet<Outcome> = new Set([
  "noop",
  "restricted",
  "conflict",
  "unsupported",
  "device_unknown",
]);

const content = (session: SessionState) => JSON.stringify(session);
const keyOf = (stamp: Stamp) => `${stamp.incarnation}/${stamp.version}`;

/**
 * Whether a device sounds on its listener's own behalf: play was pressed on it while there was no session for it. Once there
 * is one the device may go on until it has joined, but not beside another device, and not for ever.
 */
function isLawfullyAlone(device: ModelDevice): boolean {
  if (!device.alone) return false;
  const { link, session, upSinceMs, me } = device.state;
  if (link !== "up" || session === null) return true;
  const player = session.transfer?.toDeviceId ?? session.activeDeviceId ?? me.deviceId;
  return player === me.deviceId && device.nowMs() - upSinceMs < JOINS_WITHIN_MS;
}

export function createChecker(nowMs: () => number): Checker {
  const violations: Violation[] = [];
  const counts: Record<string, number> = {};
  const owners = new Map<number, string>();
  const contents = new Map<string, string>();
  const results = new Map<CommandId, string>();
  const caused = new Map<CommandId, number>();
  const committed = new Map<CommandId, { readonly action: Action; readonly local: boolean }>();
  const settled = new Map<CommandId, number>();
  const detached = new Set<number>();
  const excusedAt = new Map<number, number>();
  let overlapUntilMs = Number.NEGATIVE_INFINITY;
  let unlawfulSince = new Map<number, number>();

  function fail(invariant: string, detail: string): void {
    if (violations.length < 20) violations.push({ invariant, atMs: nowMs(), detail });
  }
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };

  function see(stamp: Stamp, session: SessionState, who: string): void {
    const key = keyOf(stamp);
    const seen = contents.get(key);
    const text = content(session);
    if (seen === undefined) contents.set(key, text);
    else if (seen !== text) fail("I5", `${who} sees another content at ${key}`);
  }

  function checkTransferEnd(before: Sequencer, after: Sequencer): void {
    if (before.transfer === null || after.transfer !== null) return;
    const { session } = after;
    count(session.activeDeviceId === null ? "transfer rolled back" : "transfer committed");
    if (session.activeDeviceId !== null) return;
    const { current } = session.queue;
    if (current?.uid !== before.session.queue.current?.uid) fail("I15", "the item changed");
    if (current && session.anchor === null) fail("I15", "the position is gone");
    const least = before.session.anchor?.positionMs ?? 0;
    if (session.anchor && session.anchor.positionMs + 1 < least)
      fail("I15", `the position went back from ${least} to ${session.anchor.positionMs}`);
    if (session.wantPlaying) fail("I15", "nobody is active, yet it is to play");
  }

  return {
    violations,
    counts,
    onServerStep(before, input, { state, effects }) {
      const grown = state.stamp.version - before.stamp.version;
      if (grown !== 0 && grown !== 1) fail("I5", `a step made ${grown} versions`);
      if (state.stamp.epoch < before.stamp.epoch) fail("I1", "the epoch fell");
      see(state.stamp, state.session, "the server");
      checkTransferEnd(before, state);
      if (input.type === "frame" && input.frame.type === "report") {
        const changed = state.session !== before.session;
        if (changed && input.frame.epoch < before.stamp.epoch) {
          // What is overdue is done in the same step; the report itself must not matter.
          const device = [...before.links].find(([, link]) => link.connectionId === input.connectionId)?.[0];
          if (state.session.activeDeviceId === device && before.session.activeDeviceId !== device)
            fail("I2", "a stale report made its device active");
        }
      }
      for (const effect of effects) {
        if (effect.type === "close") continue;
        const { frame } = effect;
        if (frame.type === "lease_grant" && effect.type === "send") {
          const device =
            [...state.links].find(([, link]) => link.connectionId === effect.connectionId)?.[0] ?? "?";
          const owner = owners.get(frame.epoch) ?? device;
          owners.set(frame.epoch, owner);
          if (owner !== device) fail("I1", `epoch ${frame.epoch} was granted to two devices`);
        }
        if (frame.type === "delta") {
          const { causeCommandId, changes, stamp, baseVersion } = frame;
          if (stamp.version !== baseVersion + 1) fail("I5", "a delta with a gap");
          if (causeCommandId) {
            const version = caused.get(causeCommandId) ?? stamp.version;
            caused.set(causeCommandId, version);
            if (version !== stamp.version) fail("I8", `command ${causeCommandId} changed the session twice`);
            const action = committed.get(causeCommandId)?.action;
            if (action?.type === "transfer" && ("contextItems" in changes || "order" in changes))
              fail("I14", "a transfer changed the queue");
          }
        }
        if (frame.type === "command_result") {
          const text = `${frame.outcome} ${keyOf(frame.stamp)} ${frame.reasons.join()}`;
          const seen = results.get(frame.commandId) ?? text;
          results.set(frame.commandId, seen);
          if (seen !== text) fail("I8", `command ${frame.commandId} ended as ${seen} and as ${text}`);
          if (NOT_COMMITTED.has(frame.outcome) && caused.has(frame.commandId))
            fail("I17", `a command that ended as ${frame.outcome} changed the session`);
        }
      }
    },
    onRestore() {
      // Its content counts once a step has made it durable: until then nobody is shown it.
      count("server restart");
    },
    onClientStep(device, before, after) {
      const { stamp } = after;
      if (stamp && before.stamp && after.session !== before.session) {
        const older =
          stamp.incarnation < before.stamp.incarnation ||
          (stamp.incarnation === before.stamp.incarnation && stamp.version < before.stamp.version);
        if (older && after.sessionId === before.sessionId) fail("I5", "an observer went back");
      }
      if (stamp && after.session && after.session !== before.session)
        see(stamp, after.session, device?.info.name ?? "a device");
    },
    onCommand(id, action, local) {
      committed.set(id, { action, local });
      count(`command ${action.type}`);
    },
    onDeath(pending) {
      for (const id of pending) settled.set(id, settled.get(id) ?? 0);
    },
    onSettle(id, settlement, state) {
      const times = (settled.get(id) ?? 0) + 1;
      settled.set(id, times);
      if (times > 1) fail("I7", `command ${id} ended ${times} times`);
      count(
        settlement.kind === "result" ? `result ${settlement.result.outcome}` : `error ${settlement.code}`,
      );
      if (settlement.kind !== "result" || settlement.result.outcome !== "applied") return;
      const { stamp } = settlement.result;
      const held = state.stamp;
      const behind =
        held === null ||
        held.incarnation < stamp.incarnation ||
        (held.incarnation === stamp.incarnation && held.version < stamp.version);
      if (behind) fail("I10", `the issuer of ${id} does not see what it did`);
    },
    onUnknown(who) {
      fail("I20", `${who} took over what it knows no track of`);
    },
    onHand(who, wish, isTold) {
      if (isTold === null) return;
      count("wishes told");
      if (!isTold) fail("I19", `${who} did not tell of "${wish.type}"`);
    },
    allowOverlap() {
      overlapUntilMs = nowMs() + 2 * LEASE_MS + 8_000;
    },
    onInstant(devices) {
      const audible = devices.filter((device) => device.audible);
      const lawful = new Map<number, number>();
      for (const device of audible) {
        const { state } = device;
        const allowed =
          state.right === "detached" ||
          (state.right === "held" && device.nowMs() <= state.leaseUntilMs) ||
          isLawfullyAlone(device);
        if (allowed) continue;
        const since = unlawfulSince.get(device.index) ?? nowMs();
        lawful.set(device.index, since);
        if (nowMs() - since > FADE_MS)
          fail("I4", `${device.info.name} sounds ${Math.round(nowMs() - since)} ms after its right ended`);
      }
      unlawfulSince = lawful;
      // A detached device may sound, and one that has just woken has not run its first timer yet.
      for (const device of devices) {
        const { index, state, wokeUs } = device;
        const alone = isLawfullyAlone(device);
        if (alone && device.audible) count("instants alone");
        // Nothing happened since the last instant: who was detached then was until now.
        const excused = state.right === "detached" || alone || detached.has(index);
        if (state.right === "detached" || alone) detached.add(index);
        else detached.delete(index);
        excusedAt.set(
          index,
          excused ? nowMs() : Math.max(excusedAt.get(index) ?? Number.NEGATIVE_INFINITY, wokeUs / 1000),
        );
      }
      const strict = audible.filter(({ index }) => nowMs() - excusedAt.get(index)! >= FADE_MS);
      if (strict.length > 1 && nowMs() > overlapUntilMs)
        fail("I3", `${strict.map(({ info }) => info.name).join(" and ")} sound together`);
      if (audible.length > 0) count("instants with sound");
    },
    atRest(devices, server) {
      const found: Violation[] = [];
      const fail = (invariant: string, detail: string) =>
        void found.push({ invariant, atMs: nowMs(), detail });
      const { session, stamp } = server;
      for (const device of devices) {
        const { state } = device;
        const name = device.info.name;
        if (state.link !== "up") fail("I6", `${name} is not connected at rest`);
        else if (state.session === null || content(state.session) !== content(session))
          fail(
            "I6",
            `${name} does not agree at rest (${state.stamp && keyOf(state.stamp)} and ${keyOf(stamp)})`,
          );
        const listed = session.devices.filter((each) => each.device.deviceId === device.info.deviceId);
        if (listed.length !== 1 || !listed[0]!.online)
          fail("I18", `${name} is listed ${listed.length} times`);
        if (device.audible && session.activeDeviceId !== device.info.deviceId)
          fail("I6", `${name} sounds and is not active`);
        const estimate = clockEstimate(state.clock);
        if (!estimate) fail("I12", `${name} has no clock`);
        else if (session.anchor?.audible && session.anchor.rateMilli > 0) {
          const active = devices.find((each) => each.info.deviceId === session.activeDeviceId);
          if (active && active.player.queue.current?.uid === session.anchor.itemUid && active.audible) {
            const believed = positionAt(session.anchor, device.nowMs() * 1000 + estimate.offsetUs);
            const error = Math.abs(believed - active.player.positionMs());
            const allowed = (estimate.uncertaintyUs + session.anchor.uncertaintyUs) / 1000 + 150;
            if (error > allowed)
              fail("I12", `${name} is ${Math.round(error)} ms off, ${Math.round(allowed)} allowed`);
            count("positions compared");
          }
        }
      }
      const active = devices.find((each) => each.info.deviceId === session.activeDeviceId);
      if (active) {
        const uids = (queue: SessionState["queue"]) =>
          [...queue.order, "|", ...queue.upNext.map((item) => item.uid), queue.current?.uid].join(" ");
        if (uids(active.player.queue) !== uids(session.queue))
          fail(
            "I14",
            `the active device plays another queue: ${uids(active.player.queue)} / ${uids(session.queue)}`,
          );
        if (session.wantPlaying !== active.player.wants)
          fail("I6", "the active device does not do as wanted");
        count("queues compared");
      }
      for (const [id, { action }] of committed)
        if (!settled.has(id)) fail("I7", `command ${id} (${action.type}) never ended`);
      if (server.transfer !== null) fail("I15", "a transfer hangs");
      return found;
    },
  };
}
