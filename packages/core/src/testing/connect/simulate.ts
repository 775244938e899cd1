/** One run: a seed and a list of what happens, so that a failing run can be shrunk to the few things that matter. */
import type { Action, DeviceInfo } from "../../connect/types";
import { type Id, idFromBytes } from "../../ids";
import type { QueueItem } from "../../queue/queue";
import { type Checker, createChecker, type Violation } from "./invariants";
import { createModelDevice, type ModelDevice } from "./model-device";
import { createModelServer } from "./model-server";
import { createNetwork } from "./network";
import { seeded } from "./random";
import { createTimeline } from "./timeline";

/** Something that happens at a moment. */
export interface Happening {
  /** Milliseconds after the happening before it. */
  readonly afterMs: number;
  readonly device: number;
  readonly what:
    | {
        readonly type: "transfer";
        readonly to: number;
        readonly force: boolean;
        readonly play: boolean | null;
      }
    | {
        readonly type: "play_context";
        readonly on: number | null;
        readonly count: number;
        readonly shuffle: boolean;
      }
    | { readonly type: "play" | "pause" | "local_pause" | "local_play" }
    | { readonly type: "seek" | "local_seek"; readonly ms: number }
    | { readonly type: "skip" | "local_skip"; readonly by: 1 | -1 }
    | { readonly type: "shuffle"; readonly on: boolean }
    | { readonly type: "add"; readonly first: boolean }
    | { readonly type: "volume"; readonly of: number; readonly volume: number }
    | { readonly type: "cut" | "crash"; readonly ms: number }
    | { readonly type: "partition" | "sleep"; readonly ms: number }
    | { readonly type: "server_crash"; readonly torn: boolean; readonly ms: number }
    | { readonly type: "go_away" };
}

export interface Scenario {
  readonly seed: number;
  readonly happenings: readonly Happening[];
  /** Policy of each device: whether it keeps playing when its lease lapses. */
  readonly continues: readonly boolean[];
}

export interface Outcome {
  readonly violations: readonly Violation[];
  readonly counts: Readonly<Record<string, number>>;
  readonly events: number;
}

const NAMES = ["Desk", "Kitchen", "Phone", "Hall"];
/** Time that a calm network is given to come to rest: two silent connections, a lease, and the longest delays between tries. */
const REST_MS = 150_000;

const numbered = <K extends "device" | "track">(kind: K, n: number): Id<K> => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, n);
  return idFromBytes(kind, bytes);
};

export function simulate({ seed, happenings, continues }: Scenario): Outcome {
  const random = seeded(seed);
  const timeline = createTimeline();
  const checker: Checker = createChecker(() => timeline.nowUs / 1000);
  let devices: ModelDevice[] = [];

  const server = createModelServer({
    timeline,
    random,
    onStep: checker.onServerStep,
    onRestore: checker.onRestore,
    onDeath: () => network.cutAll(),
  });
  const network = createNetwork({
    timeline,
    random,
    serverUp: () => server.up,
    ends: {
      server: { opened: server.opened, frame: server.frame, closed: server.closed },
      client: {
        opened: (connection) => devices[connection.device]!.opened(connection),
        frame: (connection, frame) => devices[connection.device]!.frame(connection, frame),
        closed: (connection, code) => devices[connection.device]!.closed(connection, code),
      },
    },
  });
  devices = continues.map((keeps, index) => {
    const info: DeviceInfo = {
      deviceId: numbered("device", index + 1),
      name: NAMES[index] ?? `Device ${index}`,
      type: "speaker",
      player: true,
      controller: true,
      volumeSteps: 100,
      lapsePolicy: keeps ? "continue" : "strict",
    };
    return createModelDevice({
      index,
      info,
      timeline,
      random,
      stuck: 0.03,
      open: () => network.open(index),
      onCommand: checker.onCommand,
      onSettle: (id, settlement) => checker.onSettle(id, settlement, devices[index]!.state),
      onDeath: checker.onDeath,
      onStep: (before, after) => checker.onClientStep(devices[index] ?? null, before, after),
    });
  });
  for (const device of devices) timeline.after(random.between(0, 100_000), device.start);

  let tracks = 0;
  const makeItems = (count: number): QueueItem[] =>
    Array.from({ length: count }, () => {
      tracks += 1;
      return { uid: `i${tracks}`, trackId: numbered("track", tracks), source: "context" };
    });

  let atUs = 500_000;
  for (const happening of happenings) {
    atUs += happening.afterMs * 1000;
    timeline.at(atUs, () => happen(happening));
  }

  function happen({ device: index, what }: Happening): void {
    const device = devices[index % devices.length]!;
    const idOf = (n: number) => devices[n % devices.length]!.info.deviceId;
    const { session } = device.state;
    const currentUid = session?.queue.current?.uid ?? null;
    const command = (action: Action, ifItemUid: string | null = null) =>
      void device.command(action, { ifItemUid });
    /** What the listener does on the device itself: the player first, then the session is told. */
    const local = (act: () => void, action: Action) => {
      if (!device.awake || device.state.right !== "held" || device.player.queue.current === null) return;
      const uid = device.player.queue.current.uid;
      act();
      device.command(action, { local: true, ifItemUid: action.type === "skip" ? uid : null });
    };
    switch (what.type) {
      case "transfer":
        if (what.force) checker.allowOverlap();
        command({ type: "transfer", toDeviceId: idOf(what.to), force: what.force, play: what.play });
        break;
      case "play_context":
        command({
          type: "play_context",
          context: { kind: "tracks", id: null, title: "List" },
          items: makeItems(what.count),
          startIndex: 0,
          positionMs: 0,
          shuffle: what.shuffle,
          shuffleSeed: seed,
          onDeviceId: what.on === null ? null : idOf(what.on),
          force: false,
        });
        break;
      case "play":
      case "pause":
        command({ type: what.type });
        break;
      case "local_pause":
        local(() => device.player.pause(), { type: "pause" });
        break;
      case "local_play":
        local(() => device.player.play(), { type: "play" });
        break;
      case "seek":
        command({ type: "seek", positionMs: what.ms });
        break;
      case "local_seek":
        local(() => device.player.seek(what.ms), { type: "seek", positionMs: what.ms });
        break;
      case "skip":
        if (currentUid !== null) command({ type: "skip", by: what.by }, currentUid);
        break;
      case "local_skip":
        local(() => device.player.skip(what.by), { type: "skip", by: what.by });
        break;
      case "shuffle":
        command({ type: "set_options", shuffle: what.on, repeat: null, shuffleSeed: seed });
        break;
      case "add":
        command({ type: "add_items", items: makeItems(1), first: what.first });
        break;
      case "volume":
        command({ type: "set_volume", deviceId: idOf(what.of), volume: what.volume });
        break;
      case "cut":
        network.cut(device.index);
        break;
      case "crash":
        device.crash(what.ms * 1000);
        break;
      case "partition":
        network.partition(device.index, true);
        timeline.after(what.ms * 1000, () => network.partition(device.index, false));
        break;
      case "sleep":
        device.sleep(what.ms * 1000, random.chance(0.5));
        break;
      case "server_crash":
        server.crash(what.torn);
        timeline.after(what.ms * 1000, server.restart);
        break;
      case "go_away":
        server.goAway();
        break;
    }
  }

  const check = () => checker.onInstant(devices);
  timeline.run(atUs, check);
  // A server that was to die at its next change may not have changed since.
  server.restart();
  for (const device of devices) network.partition(device.index, false);
  timeline.run(atUs + REST_MS * 1000, check);
  const atRest = () => (server.state ? checker.atRest(devices, server.state) : []);
  // An item may end at this very moment; what is wrong a little later as well is wrong.
  let rest = atRest();
  if (rest.length > 0) {
    timeline.run(timeline.nowUs + 5_000_000, check);
    rest = atRest();
  }
  return {
    violations: [...checker.violations, ...rest],
    counts: checker.counts,
    events: timeline.events,
  };
}
