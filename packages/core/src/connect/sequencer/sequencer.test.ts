import { beforeEach, describe, expect, test } from "vitest";
import { buildItems, numberedId } from "../../testing/builders";
import type { Report } from "../frames";
import type { Action, DeviceInfo } from "../types";
import { newSession } from "./durable";
import type { Sequencer, SequencerEffect, SequencerFrame, SequencerInput } from "./state";
import { nextTickUs, stepSequencer } from "./step";

const [A, B] = [numberedId("device", 1), numberedId("device", 2)];
const S = 1_000_000;

/** A session with the devices A and B, and what it sends. */
class Session {
  state: Sequencer = newSession("s");
  now = 100 * S;
  closed: string[] = [];
  sent: { to: string; frame: SequencerFrame }[] = [];
  #commands = 0;

  input(
    given: SequencerInput extends infer I ? (I extends unknown ? Omit<I, "nowUs" | "wallMs"> : never) : never,
  ) {
    const step = stepSequencer(this.state, {
      ...given,
      nowUs: this.now,
      wallMs: this.now / 1000,
    } as SequencerInput);
    this.state = step.state;
    for (const effect of step.effects) this.#note(effect);
    return this;
  }
  #note(effect: SequencerEffect): void {
    if (effect.type === "close") this.closed.push(effect.connectionId);
    if (effect.type === "send") this.sent.push({ to: effect.connectionId, frame: effect.frame });
  }
  join(deviceId: typeof A, connectionId: string, change: Partial<DeviceInfo> = {}) {
    const info = {
      deviceId,
      name: connectionId,
      type: "speaker",
      player: true,
      controller: true,
      volumeSteps: 10,
      lapsePolicy: "strict" as const,
      ...change,
    };
    return this.input({
      type: "connect",
      connectionId,
      openedUs: this.now,
      info,
      volume: 0.5,
      resume: null,
    });
  }
  command(from: string, action: Action): string {
    this.#commands += 1;
    const commandId = this.#commands.toString(16).padStart(32, "0");
    const none = { deadlineMs: 0, ifEpoch: null, ifQueueRev: null, ifItemUid: null };
    this.input({ type: "frame", connectionId: from, frame: { type: "command", commandId, ...none, action } });
    return commandId;
  }
  frame(from: string, frame: Extract<SequencerInput, { type: "frame" }>["frame"]) {
    return this.input({ type: "frame", connectionId: from, frame });
  }
  report(from: string, change: Partial<Report> = {}) {
    this.#seq += 1;
    const { session, stamp } = this.state;
    return this.frame(from, {
      type: "report",
      epoch: stamp.epoch,
      reportSeq: this.#seq,
      appliedVersion: stamp.version,
      anchor: {
        itemUid: session.queue.current?.uid ?? "x",
        positionMs: session.cue.positionMs,
        atServerUs: this.now,
        rateMilli: 1000,
        uncertaintyUs: 0,
        durationMs: 40_000,
        audible: true,
      },
      buffering: false,
      ended: false,
      errorCode: null,
      ...change,
    });
  }
  #seq = 0;
  pass(us: number) {
    this.now += us;
    return this.input({ type: "tick" });
  }
  outcome(commandId: string): string | null {
    return (
      this.state.results.get([...this.state.results.keys()].find((key) => key.endsWith(commandId)) ?? "")
        ?.result.outcome ?? null
    );
  }
  types(to: string) {
    return this.sent.filter((each) => each.to === to).map(({ frame }) => frame.type);
  }
}

let session: Session;
beforeEach(() => {
  session = new Session().join(A, "a").join(B, "b");
  session.command("a", {
    type: "play_context",
    context: { kind: "tracks", id: null, title: "" },
    items: buildItems(0, 3),
    startIndex: 0,
    positionMs: 0,
    shuffle: false,
    shuffleSeed: 0,
    onDeviceId: A,
    force: false,
  });
  session.frame("a", { type: "prepared", epoch: 1, clientSentUs: 1 }).report("a");
  session.sent = [];
});
const transfer = (to = B, force = false): Action => ({ type: "transfer", toDeviceId: to, force, play: null });

describe("a transfer", () => {
  test("waits for the old device's word and begins where it stopped", () => {
    const id = session.command("b", transfer());
    expect(session.state.session.activeDeviceId).toBeNull();
    session.frame("b", { type: "prepared", epoch: 2, clientSentUs: 1 });
    expect(session.types("b")).not.toContain("lease_grant");
    const anchor = { ...session.state.session.anchor!, positionMs: 7_000, rateMilli: 0 };
    session.frame("a", { type: "released", epoch: 2, anchor });
    expect(session.types("b")).toContain("lease_grant");
    expect(session.state.session.cue.positionMs).toBe(7_000);
    expect(session.outcome(id)).toBeNull();
    session.report("b");
    expect([session.state.session.activeDeviceId, session.outcome(id)]).toEqual([B, "applied"]);
  });

  test("goes where its own command or a later one says, not where the old device stops", () => {
    const anchor = { ...session.state.session.anchor!, positionMs: 7_000, rateMilli: 0 };
    session.command("b", {
      type: "play_context",
      context: { kind: "tracks", id: null, title: "" },
      items: buildItems(5, 2),
      startIndex: 0,
      positionMs: 300,
      shuffle: false,
      shuffleSeed: 0,
      onDeviceId: B,
      force: false,
    });
    session.frame("b", { type: "prepared", epoch: 2, clientSentUs: 1 });
    // The item that played before is the last one of the history.
    session.frame("a", { type: "released", epoch: 2, anchor });
    const { cue, queue } = session.state.session;
    expect([cue.positionMs, queue.current?.uid]).toEqual([300, buildItems(5, 1)[0]!.uid]);

    session.report("b").command("a", transfer(A));
    session.frame("a", { type: "prepared", epoch: 3, clientSentUs: 1 });
    session.command("a", { type: "seek", positionMs: 20_000 });
    session.frame("b", { type: "released", epoch: 3, anchor: { ...anchor, itemUid: queue.current!.uid } });
    expect(session.state.session.cue.positionMs).toBe(20_000);
  });

  test("waits for a device that is gone no longer than its lease, unless it is forced", () => {
    session.input({ type: "disconnect", connectionId: "a" });
    session.command("b", transfer());
    session.frame("b", { type: "prepared", epoch: 2, clientSentUs: 1 });
    const { waitsUntilUs } = session.state.session.transfer!;
    expect(waitsUntilUs).toBe(100 * S + 15_250_000);
    const forced = new Session();
    Object.assign(forced, { state: session.state, now: session.now });
    forced.command("b", transfer(B, true));
    expect(forced.state.session.transfer?.granted).toBe(true);
    session.pass(15_249_000).input({ type: "beat", connectionId: "b", clientSentUs: 2 });
    expect(session.state.session.transfer?.granted).toBe(false);
    session.pass(2_000);
    expect(session.state.session.transfer?.granted).toBe(true);
  });

  test("that is not heard 8 s after its grant leaves nobody active, the position and a higher epoch", () => {
    const id = session.command("b", transfer());
    session.frame("b", { type: "prepared", epoch: 2, clientSentUs: 1 });
    session.frame("a", { type: "released", epoch: 2, anchor: null });
    session.pass(7_999_000);
    expect(session.outcome(id)).toBeNull();
    session.pass(2_000);
    expect(session.outcome(id)).toBe("timed_out");
    expect(session.state.stamp.epoch).toBe(3);
    expect(session.state.session).toMatchObject({ activeDeviceId: null, wantPlaying: false, transfer: null });
    expect(session.state.session.anchor?.itemUid).toBe("u0");
    // The late device is heard no more.
    const before = session.state.session;
    session.report("b", { epoch: 2 });
    expect(session.state.session).toBe(before);
    expect(session.types("b")).toContain("revoke");
  });

  test("replaces the one before it, which ends as stale", () => {
    const first = session.command("b", transfer());
    const second = session.command("b", transfer(A));
    expect([session.outcome(first), session.outcome(second)]).toEqual(["stale_epoch", null]);
  });
});

describe("facts", () => {
  test("of an epoch that is over, of another device, or out of order change nothing", () => {
    session.command("b", transfer(B, true));
    session.frame("b", { type: "prepared", epoch: 2, clientSentUs: 1 });
    session.frame("a", { type: "released", epoch: 2, anchor: null }).report("b");
    const before = session.state.session;
    session.report("a", { epoch: 1 }).report("a");
    session.report("b", { epoch: 1 });
    session.frame("b", {
      ...({ type: "report", epoch: 2, reportSeq: 1 } as Report),
      anchor: null,
      ended: true,
      appliedVersion: 99,
      buffering: false,
      errorCode: null,
    });
    expect(session.state.session).toBe(before);
  });

  test("from before a seek do not take it back", () => {
    const anchor = { ...session.state.session.anchor!, positionMs: 1_000 };
    session.command("b", { type: "seek", positionMs: 30_000 });
    session.report("a", { appliedVersion: session.state.session.cue.version - 1, anchor });
    expect(session.state.session.anchor?.positionMs).toBe(30_000);
  });

  test("of the next item move the queue", () => {
    session.report("a", { anchor: { ...session.state.session.anchor!, itemUid: "u1", positionMs: 0 } });
    expect(session.state.session.queue).toMatchObject({ current: { uid: "u1" }, index: 1 });
    expect(session.state.session.queue.history.map(({ uid }) => uid)).toEqual(["u0"]);
  });
});

describe("a device with two connections", () => {
  test("keeps the one that was opened last, whose hello may come first", () => {
    const own = new Session().join(A, "new");
    own.now -= S;
    own.join(A, "old");
    expect([own.state.links.get(A)?.connectionId, own.closed]).toEqual(["new", ["old"]]);
    own.now += 2 * S;
    own.join(A, "newest");
    expect([own.state.links.get(A)?.connectionId, own.closed]).toEqual(["newest", ["old", "new"]]);
  });
});

describe("a lease", () => {
  test("that runs out takes the device off and pauses; the device may have it again", () => {
    expect(nextTickUs(session.state)).toBe(100 * S + 15_250_000);
    session.pass(15_250_000);
    expect(session.state.session).toMatchObject({ activeDeviceId: null, wantPlaying: false });
    session.frame("a", { type: "lease_renewal", epoch: 1, clientSentUs: 9 });
    expect(session.state.session).toMatchObject({ activeDeviceId: A, wantPlaying: false });
  });

  test("that has run out is no deed of the command that finds it so", () => {
    session.now += 15_250_000;
    expect(session.outcome(session.command("b", { type: "play" }))).toBe("restricted");
    expect(session.state.session.activeDeviceId).toBeNull();
    expect(session.state.log.at(-1)?.causeCommandId).toBeNull();
  });

  test("of another epoch is answered with the current one", () => {
    session.command("b", transfer());
    session.sent = [];
    session.frame("a", { type: "lease_renewal", epoch: 1, clientSentUs: 9 });
    expect(session.sent).toEqual([{ to: "a", frame: { type: "revoke", epoch: 2 } }]);
  });

  test("of a device that keeps playing marks it detached", () => {
    const own = new Session().join(A, "a", { lapsePolicy: "continue" });
    Object.assign(own, {
      state: { ...session.state, session: { ...session.state.session, devices: own.state.session.devices } },
    });
    own.input({ type: "disconnect", connectionId: "a" }).pass(16 * S);
    expect(own.state.session.devices[0]).toMatchObject({ online: false, detached: true });
  });
});
