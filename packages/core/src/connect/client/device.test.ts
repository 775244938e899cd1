import { beforeEach, describe, expect, test } from "vitest";
import { EMPTY_QUEUE, loadContext, type QueueState, skipTo } from "../../queue/queue";
import type { Wish } from "../../queue/wish";
import { buildItems, numberedId } from "../../testing/builders";
import { EMPTY_SESSION } from "../changes";
import type { ServerFrame } from "../frames";
import type { Command, CommandResult, SessionChanges } from "../types";
import { takes } from "./by-hand";
import { type ConnectDevice, type DeviceEvent, newDevice, type PlayerEffect } from "./device-state";
import { nextDeviceTickMs, stepDevice } from "./step-device";

const ME = numberedId("device", 1);
const OTHER = numberedId("device", 2);
const QUEUE = loadContext(EMPTY_QUEUE, buildItems(0, 4), 0, false, 0);
const LIST = { kind: "album", id: "alb", title: "Album" } as const;

/** A device whose player does at once what it is told, and whose tracks and output answer when the test says so. */
class Device {
  state: ConnectDevice = newDevice(
    {
      deviceId: ME,
      name: "",
      type: "",
      player: true,
      controller: true,
      volumeSteps: 1,
      lapsePolicy: "strict",
    },
    0.5,
    "a".repeat(24),
  );
  now = 1_000;
  version = 0;
  queue: QueueState = EMPTY_QUEUE;
  wants = false;
  positionMs = 0;
  errorCode: string | null = null;
  effects: PlayerEffect[] = [];
  frames: { type: string }[] = [];
  settled: string[] = [];

  input(event: DeviceEvent): this {
    const { state, effects } = stepDevice(this.state, {
      ...event,
      nowMs: this.now,
      wallMs: this.now + 5e6,
      player: {
        queue: this.queue,
        context: LIST,
        wantsSound: this.wants,
        settled: true,
        positionMs: this.positionMs,
        atMs: this.now,
        durationMs: 40_000,
        playing: this.wants,
        errorCode: this.errorCode,
      },
    });
    this.state = state;
    for (const effect of effects) {
      if (effect.type === "send") this.frames.push(effect.frame);
      else if (effect.type === "settle") this.settled.push(effect.commandId);
      else if (!["open", "close", "authenticate", "changed"].includes(effect.type))
        this.carryOut(effect as PlayerEffect);
    }
    return this;
  }
  carryOut(effect: PlayerEffect): void {
    this.effects.push(effect);
    if (effect.type === "adopt") {
      this.queue = effect.queue;
      if (effect.startMs !== null) [this.positionMs, this.wants] = [effect.startMs, effect.play];
    }
    if (effect.type === "play") this.wants = true;
    if (effect.type === "pause" || effect.type === "silence") this.wants = false;
    if (effect.type !== "read") this.input({ type: "player" });
  }
  online(changes: SessionChanges = {}): this {
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
    this.frame({ type: "beat_ack", clientSentUs: this.now * 1000, serverReceivedUs: 9, serverSentUs: 9 });
    this.version = 1;
    const stamp = { incarnation: 1, version: 1, epoch: 1, queueRev: 0 };
    return this.frame({ type: "snapshot", stamp, state: { ...EMPTY_SESSION, ...(changes as object) } });
  }
  /** Has the right, and plays the session's first item. */
  playing(): this {
    this.online({ activeDeviceId: ME, wantPlaying: true });
    this.delta({ queue: QUEUE, cue: { itemUid: "u0", positionMs: 0 } });
    return this.grant(1).read();
  }
  frame(frame: ServerFrame): this {
    return this.input({ type: "frame", frame });
  }
  delta(
    { queue, cue, ...changes }: Omit<SessionChanges, "cue"> & { queue?: QueueState; cue?: object },
    epoch = this.state.client.stamp!.epoch,
    causeCommandId: string | null = null,
  ): this {
    const baseVersion = this.version++;
    return this.frame({
      type: "delta",
      baseVersion,
      stamp: { incarnation: 1, version: this.version, epoch, queueRev: 0 },
      causeCommandId,
      changes: {
        ...changes,
        ...(cue && { cue: { version: this.version, itemUid: "u0", positionMs: 0, ...cue } }),
        ...(queue && {
          contextItems: queue.context,
          order: queue.context.map((_, at) => at),
          orderIndex: queue.index,
          current: queue.current,
          upNext: queue.upNext,
        }),
      },
    });
  }
  grant(epoch: number): this {
    return this.frame({ type: "lease_grant", epoch, leaseMs: 15_000, clientSentUs: this.now * 1000 });
  }
  /** The tracks of the newest order are there. */
  read(order = this.last("read")!.order): this {
    return this.input({ type: "read", order });
  }
  pass(ms: number): this {
    this.now += ms;
    return this.input({ type: "tick" });
  }
  /** What the listener does here. */
  did(wish: Wish, act: () => void): this {
    const fromUid = this.queue.current?.uid ?? null;
    act();
    return this.input({ type: "did", wish, fromUid, context: LIST });
  }
  pause(): this {
    return this.did({ type: "pause" }, () => {
      this.wants = false;
    });
  }
  result(commandId: string, outcome: CommandResult["outcome"] = "applied"): this {
    const stamp = this.state.client.stamp!;
    return this.frame({ type: "command_result", commandId, outcome, stamp, retryAfterMs: 0, reasons: [] });
  }
  last<T extends PlayerEffect["type"]>(type: T): Extract<PlayerEffect, { type: T }> | undefined {
    return this.effects.filter((effect) => effect.type === type).at(-1) as never;
  }
  count(type: PlayerEffect["type"]): number {
    return this.effects.filter((effect) => effect.type === type).length;
  }
  get commands(): readonly Command[] {
    return this.frames.filter(({ type }) => type === "command") as unknown as Command[];
  }
  sent(type: string): number {
    return this.frames.filter((frame) => frame.type === type).length;
  }
}

let device: Device;
beforeEach(() => {
  device = new Device();
});

describe("a player that follows", () => {
  test("goes to the cue once it knows the tracks, and says so then", () => {
    device.online({ activeDeviceId: ME, wantPlaying: true });
    device.delta({ queue: QUEUE, cue: { itemUid: "u0", positionMs: 700 } }).grant(1);
    expect([device.count("read"), device.count("adopt"), device.wants]).toEqual([1, 0, false]);
    device.read();
    expect(device.last("adopt")).toMatchObject({
      startMs: 700,
      play: true,
      queue: { current: { uid: "u0" } },
    });
    device.pass(200);
    expect(device.frames.filter(({ type }) => type === "report").at(-1)).toMatchObject({ appliedVersion: 2 });
  });

  test("has no use for tracks that arrive for an old order", () => {
    device.playing();
    device.delta({ cue: { positionMs: 1_000 } });
    const { order } = device.last("read")!;
    device.delta({ cue: { positionMs: 2_000 } });
    const before = device.count("adopt");
    expect(device.read(order).count("adopt")).toBe(before);
    expect(device.read().last("adopt")).toMatchObject({ startMs: 2_000 });
  });

  test("takes nothing over whose tracks were not read", () => {
    device.playing();
    device.delta({ cue: { positionMs: 1_000 } });
    const { order } = device.last("read")!;
    device.delta({ queue: { ...QUEUE, upNext: buildItems(9, 1) } });
    const before = device.count("adopt");
    device.read(order);
    expect([device.count("adopt"), device.last("read")!.items.length]).toEqual([before, 6]);
    expect(device.read().last("adopt")).toMatchObject({ startMs: 1_000, queue: { upNext: [{ uid: "u9" }] } });
  });

  test("stays where it is by then when an edit is taken over", () => {
    device.playing();
    device.delta({ queue: { ...QUEUE, upNext: buildItems(9, 1) } });
    device.queue = skipTo(device.queue, "u1");
    expect(device.read().last("adopt")).toMatchObject({ startMs: null, queue: { current: { uid: "u1" } } });
  });

  test("has again what the session has up next, once it was found to have played it unheard of", () => {
    device.playing();
    device.delta({ queue: { ...QUEUE, upNext: buildItems(9, 1) } }).read();
    device.queue = { ...skipTo(device.queue, "u1"), upNext: [] };
    device.delta({ orderIndex: 1, current: QUEUE.context[1]! }).read();
    expect(device.last("adopt")).toMatchObject({
      startMs: null,
      queue: { current: { uid: "u1" }, upNext: [{ uid: "u9" }] },
    });
  });

  test("does not know of an edit before it was taken over", () => {
    device.playing().pass(200);
    device.delta({ queue: { ...QUEUE, upNext: buildItems(9, 1) } });
    expect(device.state.shown).toBe(device.version - 1);
    expect(device.read().state.shown).toBe(device.version);
  });

  test("that was paused by hand on its way stands when it gets there", () => {
    device.playing();
    device
      .delta({ cue: { positionMs: 1_000 } })
      .pause()
      .read();
    expect(device.last("adopt")).toMatchObject({ startMs: 1_000, play: false });
  });

  test("that was silenced on its way goes there when it may sound again", () => {
    device.playing();
    device.delta({ cue: { positionMs: 1_000 } });
    const { order } = device.last("read")!;
    device.pass(15_000);
    expect(device.state.client.right).toBe("lapsed");
    expect(device.read(order).count("adopt")).toBe(1);
    device.grant(1).read();
    expect(device.last("adopt")).toMatchObject({ startMs: 1_000, play: true });
  });

  test("is silent by the word that was asked for last", () => {
    device.playing();
    device.frame({ type: "revoke", epoch: 2 });
    const { order } = device.last("silence")!;
    device.grant(3).delta({ cue: {} }, 3).read().frame({ type: "revoke", epoch: 4 });
    expect(device.input({ type: "silent", order }).sent("released")).toBe(0);
    expect(device.input({ type: "silent", order: device.last("silence")!.order }).sent("released")).toBe(1);
  });

  test("says nothing of a failure from before it had its right", () => {
    device.errorCode = "not_granted";
    device.online({ activeDeviceId: ME, wantPlaying: true });
    device.delta({ queue: QUEUE, cue: {} }).grant(1);
    expect(device.frames.filter(({ type }) => type === "report")).not.toMatchObject([
      { errorCode: "not_granted" },
    ]);
    device.read().pass(300);
    expect(device.frames.filter(({ type }) => type === "report").at(-1)).toMatchObject({
      errorCode: "not_granted",
    });
  });
});

describe("what the listener does here", () => {
  const seek = (ms: number) => device.did({ type: "seek", ms }, () => {});

  test("is told under the epoch; of many seeks in a row the last one, and before what follows", () => {
    device.playing();
    seek(1_000);
    seek(2_000);
    expect(device.commands).toEqual([]);
    device.pause();
    expect(device.commands.map(({ action, ifEpoch }) => [action?.type, ifEpoch])).toEqual([
      ["seek", 1],
      ["pause", 1],
    ]);
    seek(3_000);
    expect(nextDeviceTickMs(device.state)).toBeLessThanOrEqual(device.now + 150);
    device.pass(150);
    expect(device.commands.at(-1)?.action).toEqual({ type: "seek", positionMs: 3_000 });
  });

  test.each<[string, () => Device]>([
    ["another item plays", () => Object.assign(device, { queue: skipTo(device.queue, "u1") })],
    ["the right has gone", () => device.frame({ type: "revoke", epoch: 2 })],
    ["the session says where to go", () => device.delta({ cue: { positionMs: 1 } })],
  ])("is not told as a seek any more when %s", (_, happens) => {
    device.playing();
    seek(2_000);
    happens();
    expect(device.pass(200).commands).toEqual([]);
  });

  test("is not told without the right", () => {
    expect(device.online().pause().commands).toEqual([]);
  });

  test("is a volume that is told when the slider rests, unless the session has set another", () => {
    device.online();
    for (const volume of [0.1, 0.2]) device.input({ type: "volume", volume });
    expect(device.sent("volume_report")).toBe(0);
    device.pass(150);
    expect(device.frames.at(-1)).toMatchObject({ type: "volume_report", volume: 0.2 });
    device.input({ type: "volume", volume: 0.3 }).frame({ type: "volume_request", volume: 0.9, seq: 4 });
    device.input({ type: "volume", volume: 0.9 }).pass(150);
    expect(device.frames.filter(({ type }) => type === "volume_report")).toMatchObject([
      { volume: 0.2 },
      { volume: 0.9, seq: 4 },
    ]);
  });
});

describe("a wish that begins sound", () => {
  const commandId = "b".repeat(32);
  const take = (wish: Wish) => device.input({ type: "take", commandId, wish, context: LIST });
  const elsewhere = () => device.online({ activeDeviceId: OTHER }).delta({ queue: QUEUE });

  test("is the session's where this device has no right, and the player's where there is no session", () => {
    const taken = (type: "play" | "pause" | "next") => takes(device.state, { type });
    expect(taken("play")).toBe(false);
    elsewhere();
    expect([taken("play"), taken("next"), taken("pause")]).toEqual([true, true, false]);
    device.playing();
    expect(taken("play")).toBe(false);
    device.pass(15_000);
    expect([device.state.client.right, taken("play")]).toEqual(["lapsed", true]);
  });

  test("brings the music here, and what was wished is carried out on top", () => {
    elsewhere();
    take({ type: "next" });
    expect(device.commands).toMatchObject([{ commandId, action: { type: "transfer", toDeviceId: ME } }]);
    device.delta({ activeDeviceId: ME, cue: {} }, 2).grant(2).read().result(commandId);
    expect([device.last("carry_out")?.wish, device.settled]).toEqual([{ type: "next" }, [commandId]]);
  });

  test("is not carried out when the right has gone by then", () => {
    elsewhere();
    take({ type: "next" });
    device.result(commandId);
    expect([device.count("carry_out"), device.settled]).toEqual([0, [commandId]]);
  });

  test("makes the player's own queue the session's, all of it, when the session has none", () => {
    device.queue = { ...skipTo(QUEUE, "u2"), upNext: buildItems(9, 1), repeat: "context" };
    device.positionMs = 5_000;
    device.online();
    take({ type: "play" });
    expect(device.commands).toMatchObject([
      { action: { type: "play_context", context: LIST, startIndex: 2, positionMs: 5_000, onDeviceId: ME } },
    ]);
    device.result(commandId);
    expect(device.commands.slice(1).map(({ action }) => action?.type)).toEqual(["add_items", "set_options"]);
  });

  test("does nothing where there is nothing to play, whatever was played before", () => {
    device.queue = { ...EMPTY_QUEUE, history: buildItems(0, 1) };
    device.online();
    expect(takes(device.state, { type: "previous" })).toBe(true);
    take({ type: "previous" });
    expect([device.commands, device.effects, device.settled]).toEqual([[], [], [commandId]]);
  });

  test("begins a session anew that has come to its end", () => {
    device.online({ activeDeviceId: OTHER }).delta({ queue: { ...QUEUE, current: null, index: 3 } });
    take({ type: "play" });
    device
      .delta({ activeDeviceId: ME, cue: { itemUid: "" } }, 2)
      .grant(2)
      .read()
      .result(commandId);
    expect(device.last("carry_out")?.wish).toEqual({ type: "play" });
  });
});

describe("music that began without the session", () => {
  beforeEach(() => {
    [device.queue, device.wants, device.positionMs] = [QUEUE, true, 3_000];
  });
  const joins = () => device.commands[0]!;
  /** The session as the command makes it, with this device's right. */
  const granted = () =>
    device.delta({ queue: QUEUE, wantPlaying: true, cue: { positionMs: 3_000 } }, 2).grant(2);

  test("becomes the session's, and plays on meanwhile in a free one", () => {
    device.online();
    expect(joins().action).toMatchObject({ type: "play_context", positionMs: 3_000, onDeviceId: ME });
    granted().read();
    expect(device.effects.map(({ type }) => type)).toEqual(["read", "adopt"]);
    expect([device.last("adopt"), device.wants]).toMatchObject([{ startMs: null }, true]);
  });

  test("that was paused on the way tells so", () => {
    device.online().pause();
    granted();
    expect(device.commands.at(-1)?.action).toEqual({ type: "pause" });
  });

  test("is silent where another device is active, and goes on from there once it may", () => {
    device.online({ activeDeviceId: OTHER });
    expect([device.wants, joins().action?.type]).toEqual([false, "play_context"]);
    granted().read();
    expect(device.last("adopt")).toMatchObject({ startMs: 3_000, play: true });
  });

  test("is silent when another device was faster, or when the session did not take it", () => {
    device.online();
    device.delta({ transfer: { fromDeviceId: null, toDeviceId: OTHER, granted: false, waitsUntilUs: 0 } });
    expect(device.wants).toBe(false);
    device = new Device();
    [device.queue, device.wants] = [QUEUE, true];
    device.online();
    expect(device.wants).toBe(true);
    expect(device.result(joins().commandId, "restricted").wants).toBe(false);
  });
});
