/** Who may say what of a session, what becomes of it when a device goes, and how a device comes back. */

import { positionAt } from "../../models/position";
import type { Json } from "../../models/session-order";
import { check, everyOne, type Step } from "../../runner/check";
import type { Execution } from "../../runner/execution";
import { ConnectPeer, commandId } from "../../subjects/connect-peer";
import { type ConnectCast, connectCast, noConnect, ROLES } from "./cast";

type FactStep = Step & { readonly do: "let it happen"; readonly what: keyof typeof EVENTS };

/** Plays three tracks on the player, as the beginning of everything else. */
async function playing(run: Execution): Promise<ConnectCast> {
  const cast = await connectCast(run);
  const { tracks } = run.subject.facts;
  const items = [1, 2, 3].map((n) => ({ uid: `u${n}`, trackId: tracks[n % tracks.length]!.id }));
  const onDeviceId = cast.peers.player.info.deviceId;
  const ended = await cast.peers.remote.command({
    playContext: { context: { kind: "tracks" }, items, onDeviceId },
  });
  run.same("CONN-121", ended.commandResult?.outcome, "OUTCOME_APPLIED", "the outcome");
  return cast;
}

const numbersOf = (anchor: Json) => ({
  positionMs: Number(anchor?.positionMs ?? 0),
  atServerUs: Number(anchor?.atServerUs ?? 0),
  rateMilli: Number(anchor?.rateMilli ?? 0),
  durationMs: Number(anchor?.durationMs ?? 0),
});

/** Server time, read over `peer`. */
async function serverTime(
  peer: ConnectPeer,
): Promise<{ readonly receivedUs: number; readonly sentUs: number }> {
  const seen = peer.frames.length;
  peer.send({ beat: { clientSentUs: "1" } });
  const { beatAck } = await peer.until(
    "beatAck",
    () => peer.frames.slice(seen).find((frame) => frame.beatAck) ?? null,
  );
  return { receivedUs: Number(beatAck.serverReceivedUs ?? 0), sentUs: Number(beatAck.serverSentUs ?? 0) };
}

/** A position that nobody reports but who must not. */
const FOREIGN_MS = 123_456;

/** Sends a report that must change nothing; a command behind it on the same connection shows that it was read. */
async function ignored(run: Execution, id: string, from: ConnectPeer, report: Json): Promise<void> {
  const note = run.exchange(
    `${from.info.name}: report of ${FOREIGN_MS} ms, epoch ${report.epoch}, report_seq ${report.reportSeq}`,
  );
  from.send({ report });
  await from.command({});
  const { positionMs } = numbersOf(from.observer.state.anchor);
  note(`the session is at ${positionMs} ms`);
  run.must(id, positionMs !== FOREIGN_MS, "an unchanged position", `${positionMs} ms`);
}

function reportOf({ peers }: ConnectCast, changes: Json): Json {
  const { stamp, state } = peers.player.observer;
  const anchor = {
    ...state.anchor,
    itemUid: state.current.uid,
    positionMs: String(FOREIGN_MS),
    rateMilli: 1000,
    audible: true,
  };
  return {
    epoch: String(stamp.epoch),
    reportSeq: 1000,
    appliedVersion: String(stamp.version),
    anchor,
    ...changes,
  };
}

async function goodbye(run: Execution, { peers }: ConnectCast): Promise<void> {
  const { player, remote } = peers;
  const anchor = numbersOf(remote.observer.state.anchor);
  const { receivedUs: from } = await serverTime(player);
  player.send({ goodbye: { reason: "shutdown" } });
  await remote.until("nobody active", () => (remote.observer.state.activeDeviceId ? null : true));
  const { sentUs: to } = await serverTime(remote);
  const { state } = remote.observer;
  run.must("CONN-133", !state.wantPlaying, "a paused session", "one that wants to play");
  const kept = numbersOf(state.anchor);
  const [least, most] = [positionAt(anchor, from) - 1, positionAt(anchor, to) + 1];
  const position = positionAt(kept, to);
  run.must(
    "CONN-036",
    position >= least && position <= most,
    `a position from ${least.toFixed(0)} to ${most.toFixed(0)} ms`,
    position,
  );
  run.must("CONN-133", kept.rateMilli === 0, "a position that stands", `rate ${kept.rateMilli}`);
}

/** Says goodbye, comes back as one that still holds the epoch and sounds, and asks for its lease again. */
async function comesBack(run: Execution, cast: ConnectCast): Promise<void> {
  const { player, remote } = cast.peers;
  const { stamp, state, welcome } = player.observer;
  player.send({ goodbye: { reason: "restart" } });
  await remote
    .until("nobody active", () => (remote.observer.state.activeDeviceId ? null : true), 3000)
    .catch(() => null);
  player.terminate();
  const info = { ...player.info, name: "player again" };
  const again = new ConnectPeer(run, run.subject.url, info, cast.owners);
  run.later(async () => again.terminate());
  Object.assign(again.observer, { stamp, state });
  const held = Object.fromEntries(Object.entries(stamp).map(([name, value]) => [name, String(value)]));
  await again.greet(cast.listener.accessToken, {
    sessionId: welcome.sessionId,
    stamp: held,
    heldEpoch: held.epoch,
    sounding: true,
  });
  again.send({ leaseRenewal: { epoch: held.epoch, clientSentUs: "1" } });
  const answer = await again.until(
    "an answer to the renewal",
    () => again.frames.find((frame) => frame.leaseGrant || frame.revoke) ?? null,
  );
  run.must("CONN-155", !answer.leaseGrant, "an epoch that is nobody's", "the lease, granted anew");
  await remote.command({ pause: {} });
  run.same("CONN-155", remote.observer.state.activeDeviceId || "nobody", "nobody", "the active device");
}

const EVENTS = {
  "a report of an epoch that is over": (run: Execution, cast: ConnectCast) => {
    const { epoch } = cast.peers.player.observer.stamp;
    return ignored(run, "CONN-014", cast.peers.player, reportOf(cast, { epoch: String(epoch - 1) }));
  },
  "a report of another device": (run: Execution, cast: ConnectCast) =>
    ignored(run, "CONN-087", cast.peers.speaker, reportOf(cast, {})),
  "a report that comes again": (run: Execution, cast: ConnectCast) =>
    ignored(run, "CONN-088", cast.peers.player, reportOf(cast, { reportSeq: 1 })),
  "the player says goodbye": goodbye,
  "the player comes back after a goodbye": comesBack,
  "a seek with nobody active": async (run: Execution, cast: ConnectCast) => {
    const { player, remote } = cast.peers;
    player.send({ goodbye: { reason: "shutdown" } });
    await remote.until("nobody active", () => (remote.observer.state.activeDeviceId ? null : true));
    const ended = await remote.command({ seek: { positionMs: "4321" } });
    run.same("CONN-107", ended.commandResult?.outcome, "OUTCOME_APPLIED", "the outcome");
    run.same("CONN-107", numbersOf(remote.observer.state.anchor).positionMs, 4321, "the position");
  },
  "the player is gone without a word": async (run: Execution, { peers }: ConnectCast) => {
    const { player, remote } = peers;
    player.terminate();
    const offline = () =>
      (remote.observer.state.devices ?? []).find(
        (each: Json) => each.device?.deviceId === player.info.deviceId && !each.online,
      ) ?? null;
    await remote.until("the player to be offline", offline);
    const ended = await remote.command({ pause: {} });
    run.same("CONN-106", ended.commandResult?.outcome, "OUTCOME_DEVICE_UNREACHABLE", "a pause ends with");
  },
  "forty commands at once": async (run: Execution, { peers }: ConnectCast) => {
    const { remote } = peers;
    const ids = Array.from({ length: 40 }, commandId);
    const note = run.exchange("remote: 40 commands at once");
    for (const id of ids) {
      remote.observer.sends(id);
      remote.send({ command: { commandId: id, setOptions: { repeat: "REPEAT_MODE_OFF" } } });
    }
    const outcomes = await remote.until("40 results", () => {
      const found = ids.map(
        (id) => remote.frames.find((frame) => frame.commandResult?.commandId === id)?.commandResult,
      );
      return found.every(Boolean) ? found : null;
    });
    const limited = outcomes.filter((result: Json) => result.outcome === "OUTCOME_RATE_LIMITED");
    note(`${limited.length} of them RATE_LIMITED`);
    // One command went before; ten more are allowed in each second that passes.
    run.must(
      "CONN-060",
      outcomes.length - limited.length >= 19,
      "19 or more to be looked at",
      outcomes.length - limited.length,
    );
    run.must(
      "CONN-061",
      limited.every((result: Json) => Number(result.retryAfterMs ?? 0) > 0),
      "retry_after_ms",
      limited[0],
    );
  },
  "the remote control comes back": async (run: Execution, cast: ConnectCast) => {
    const { remote, player } = cast.peers;
    const { stamp, state, welcome } = remote.observer;
    remote.terminate();
    await player.command({ setOptions: { shuffle: true, shuffleSeed: 3 } });
    await player.command({ setOptions: { repeat: "REPEAT_MODE_CONTEXT" } });
    const again = new ConnectPeer(
      run,
      run.subject.url,
      { name: "remote again", deviceId: remote.info.deviceId, ...ROLES.remote },
      cast.owners,
    );
    run.later(async () => again.terminate());
    Object.assign(again.observer, { stamp, state });
    const held = Object.fromEntries(Object.entries(stamp).map(([name, value]) => [name, String(value)]));
    await again.greet(cast.listener.accessToken, { sessionId: welcome.sessionId, stamp: held });
    const { version } = player.observer.stamp;
    const caughtUp = await again
      .until(
        "what it missed",
        () => (again.observer.stamp.version >= version ? again.observer.state : null),
        4000,
      )
      .catch(() => null);
    run.must(
      "CONN-016",
      caughtUp !== null,
      `every change up to version ${version}, or a snapshot`,
      `version ${again.observer.stamp.version}`,
    );
    run.same(
      "CONN-016",
      [caughtUp.shuffle, caughtUp.repeat],
      [true, "REPEAT_MODE_CONTEXT"],
      "shuffle and repeat",
    );
  },
} as const;

export const facts = check<FactStep, object>({
  id: "connect/facts",
  title: "Only the active device changes facts; a session survives devices that go and come back",
  requirements: [
    "CONN-014",
    "CONN-016",
    "CONN-036",
    "CONN-060",
    "CONN-061",
    "CONN-087",
    "CONN-088",
    "CONN-106",
    "CONN-107",
    "CONN-133",
    "CONN-155",
  ],
  runs: 1,
  unless: noConnect,
  steps: () =>
    everyOne(Object.keys(EVENTS), (what) => ({
      do: "let it happen" as const,
      what: what as keyof typeof EVENTS,
    })),
  begin: async () => ({}),
  // Each has a session of its own: what happens ends some of them.
  perform: async (run, _state, { what }) => EVENTS[what](run, await playing(run)),
});
