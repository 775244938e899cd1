import { describe, expect, test } from "vitest";
import { loadContext } from "../../queue/queue";
import { buildItems, numberedId } from "../../testing/builders";
import { EMPTY_SESSION } from "../changes";
import type { ServerFrame } from "../frames";
import {
  type ClientEffect,
  type ClientEvent,
  type ConnectClient,
  newClient,
  type PlayerFacts,
} from "./state";
import { nextClientTickMs, stepClient } from "./step";

const ME = numberedId("device", 1);
const FACTS: PlayerFacts = {
  itemUid: "u0",
  positionMs: 0,
  atMs: 0,
  durationMs: 40_000,
  playing: true,
  buffering: false,
  ended: false,
  errorCode: null,
  appliedVersion: 1,
};

/** A device on a connection, and what it does. */
class Device {
  state: ConnectClient;
  now = 1_000;
  wall = 5_000_000;
  effects: ClientEffect[] = [];
  constructor(lapsePolicy: "strict" | "continue" = "strict") {
    this.state = newClient(
      { deviceId: ME, name: "", type: "", player: true, controller: true, volumeSteps: 1, lapsePolicy },
      null,
    );
    this.input({ type: "start" }).input({ type: "opened" }).input({ type: "token", token: "t" });
    this.frame({
      type: "welcome",
      sessionId: "s",
      connectionId: "c",
      heartbeatMs: 25_000,
      playingHeartbeatMs: 5_000,
      serverTimeUs: 0,
      clockId: "k",
      replayed: false,
      leaseMs: 15_000,
      maxFrameBytes: 65_536,
    });
    const queue = loadContext(EMPTY_SESSION.queue, buildItems(0, 2), 0, false, 0);
    const state = { ...EMPTY_SESSION, queue, wantPlaying: true };
    this.frame({ type: "snapshot", stamp: { incarnation: 1, version: 1, epoch: 1, queueRev: 0 }, state });
    this.frame({ type: "beat_ack", clientSentUs: this.now * 1000, serverReceivedUs: 9, serverSentUs: 9 });
  }
  input(given: ClientEvent) {
    const step = stepClient(this.state, { ...given, nowMs: this.now, wallMs: this.wall });
    this.state = step.state;
    this.effects.push(...step.effects);
    return this;
  }
  frame(frame: ServerFrame) {
    return this.input({ type: "frame", frame });
  }
  /** Plays under a lease whose renewal was sent `agoMs` ago. */
  granted(agoMs = 0) {
    this.frame({ type: "lease_grant", epoch: 1, leaseMs: 15_000, clientSentUs: (this.now - agoMs) * 1000 });
    return this.input({ type: "facts", facts: { ...FACTS, atMs: this.now } });
  }
  pass(ms: number, wallMs = ms) {
    this.now += ms;
    this.wall += wallMs;
    return this.input({ type: "tick" });
  }
  did(type: ClientEffect["type"]) {
    return this.effects.filter((effect) => effect.type === type).length;
  }
  sent(type: string) {
    return this.effects.flatMap((effect) =>
      effect.type === "send" && effect.frame.type === type ? [effect.frame] : [],
    );
  }
}

describe("a lease", () => {
  test("runs from the moment its renewal was sent, not from when the answer came", () => {
    const device = new Device().granted(4_000);
    expect(device.state.leaseUntilMs).toBe(device.now + 11_000);
    device.pass(10_999);
    expect([device.state.right, device.did("silence")]).toEqual(["held", 0]);
    device.pass(1);
    expect([device.state.right, device.did("silence")]).toEqual(["lapsed", 1]);
  });

  test("is renewed in time, and a renewal makes it longer", () => {
    const device = new Device().granted();
    device.pass(5_000);
    const [renewal] = device.sent("lease_renewal") as { clientSentUs: number }[];
    expect(renewal?.clientSentUs).toBe(device.now * 1000);
    device.frame({ type: "lease_grant", epoch: 1, leaseMs: 15_000, clientSentUs: renewal!.clientSentUs });
    expect(device.state.leaseUntilMs).toBe(device.now + 15_000);
    expect(nextClientTickMs(device.state)).toBeLessThanOrEqual(device.now + 5_000);
  });

  test("that lapses under `continue` leaves the device detached, but not after a sleep", () => {
    expect(new Device("continue").granted().pass(15_000).state.right).toBe("detached");
    const slept = new Device("continue").granted().pass(10, 3_000);
    expect([slept.state.right, slept.did("silence")]).toEqual(["lapsed", 1]);
  });

  test("that comes when it has run out leaves a detached device detached", () => {
    const device = new Device("continue").granted();
    const before = device.now * 1000;
    device.pass(15_000).frame({ type: "lease_grant", epoch: 1, leaseMs: 15_000, clientSentUs: before });
    expect([device.state.right, device.did("silence")]).toEqual(["detached", 0]);
  });

  test("that was asked for before a sleep is none after it", () => {
    const device = new Device().granted();
    const before = device.now * 1000;
    device.pass(10, 2_000);
    device.frame({ type: "lease_grant", epoch: 1, leaseMs: 15_000, clientSentUs: before });
    expect(device.state.right).toBe("lapsed");
  });

  test("of an epoch that is over, or from the future, gives no right", () => {
    const device = new Device();
    device.frame({ type: "lease_grant", epoch: 0, leaseMs: 15_000, clientSentUs: device.now * 1000 });
    device.frame({ type: "lease_grant", epoch: 1, leaseMs: 15_000, clientSentUs: (device.now + 1) * 1000 });
    expect(device.state.right).toBe("none");
  });
});

describe("a device that is revoked", () => {
  test("says so once it is silent, with where it stopped", () => {
    const device = new Device().granted();
    device.frame({ type: "revoke", epoch: 2 });
    expect([device.state.right, device.did("silence"), device.sent("released").length]).toEqual([
      "none",
      1,
      0,
    ]);
    device.pass(40).input({ type: "silent", facts: { ...FACTS, positionMs: 777, atMs: device.now } });
    expect(device.sent("released")).toMatchObject([{ epoch: 2, anchor: { positionMs: 777, rateMilli: 0 } }]);
  });

  test("learns of it twice, and is silent once: the news of the epoch and the revoke itself", () => {
    const device = new Device().granted();
    const stamp = { incarnation: 1, version: 2, epoch: 2, queueRev: 0 };
    device.frame({ type: "delta", stamp, baseVersion: 1, causeCommandId: null, changes: {} });
    // The player is told to stop, which is not yet heard.
    device.input({ type: "facts", facts: { ...FACTS, playing: false, atMs: device.now } });
    device.frame({ type: "revoke", epoch: 2 }).pass(20).frame({ type: "revoke", epoch: 3 });
    expect([device.did("silence"), device.sent("released").length]).toEqual([1, 0]);
    device.input({ type: "silent", facts: { ...FACTS, positionMs: 777, atMs: device.now } });
    expect(device.sent("released")).toMatchObject([{ epoch: 3, anchor: { positionMs: 777 } }]);
  });

  test("and held no lease says so at once", () => {
    const device = new Device();
    device.frame({ type: "revoke", epoch: 2 });
    expect([device.did("silence"), device.sent("released").length]).toEqual([0, 1]);
  });
});

describe("a client", () => {
  test("asks for what is missing when a delta does not follow", () => {
    const device = new Device();
    const stamp = { incarnation: 1, version: 4, epoch: 1, queueRev: 0 };
    device.frame({ type: "delta", stamp, baseVersion: 3, causeCommandId: null, changes: {} });
    expect(device.sent("sync_request")).toMatchObject([{ stamp: { version: 1 } }]);
    expect(device.state.stamp?.version).toBe(1);
  });

  test("sends commands again under their ids after a loss, and ends each once", () => {
    const device = new Device();
    const commandId = "0".repeat(32);
    device.input({ type: "command", commandId, action: { type: "pause" } });
    device
      .input({ type: "closed", code: 1006 })
      .input({ type: "opened" })
      .input({ type: "token", token: "t" });
    expect((device.sent("hello").at(-1) as { resume: unknown }).resume).toMatchObject({
      pendingCommandIds: [commandId],
    });
    device.pass(9_000);
    expect(device.effects.filter(({ type }) => type === "settle")).toMatchObject([
      { settlement: { kind: "error", code: "timeout" } },
    ]);
  });

  test("reconnects after a random delay with a doubling bound, and not after a final code", () => {
    const device = new Device();
    const bounds = [1006, 1006, 3001, 3002].map((code) => {
      device.effects = [];
      device.input({ type: "closed", code });
      return (device.effects.find(({ type }) => type === "open") as { maxMs: number }).maxMs;
    });
    expect(bounds).toEqual([500, 1_000, 2_000, 4_000]);
    const replaced = new Device().granted();
    replaced.effects = [];
    replaced.input({ type: "closed", code: 3503 });
    expect([replaced.state.link, replaced.did("open"), replaced.did("silence")]).toEqual(["stopped", 0, 1]);
  });
});
