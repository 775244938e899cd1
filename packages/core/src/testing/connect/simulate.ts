/** One run: a seed and a list of what happens, so that a failing run can be shrunk to the few things that matter. */
import { maySound } from "../../connect/client/state";
import { stepDevice } from "../../connect/client/step-device";
import type { Action, DeviceInfo } from "../../connect/types";
import { type Id, idFromBytes } from "../../ids";
import type { QueueItem } from "../../queue/queue";
import type { Wish } from "../../queue/wish";
import { type Checker, createChecker, type Violation } from "./invariants";
import { createModelDevice, type ModelDevice } from "./model-device";
import { createModelServer } from "./model-server";
import { createNetwork } from "./network";
import { seeded } from "./random";
import { createTimeline } from "./timeline";

/** What a listener does on a device itself. */
export type ByHand =
  | Exclude<Wish, { type: "load" | "skip_to" | "edit" }>
  | { readonly type: "load"; readonly count: number; readonly shuffle: boolean }
  | { readonly type: "skip_to"; readonly place: number }
  | { readonly type: "add"; readonly first: boolean }
  | { readonly type: "shuffle"; readonly on: boolean }
  | { readonly type: "slide"; readonly volume: number };

/** Something that happens at a moment. */
export interface Happening {
  /** Milliseconds after the happening before it. */
  readonly afterMs: number;
  /** Number of a device; null is the one that may sound. */
  readonly device: number | null;
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
    | { readonly type: "play" | "pause" }
    | { readonly type: "seek"; readonly ms: number }
    | { readonly type: "skip"; readonly by: 1 | -1 }
    | { readonly type: "by_hand"; readonly act: ByHand }
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
/** What a listener does is told within this time. */
const TOLD_WITHIN_MS = 500;

const numbered = <K extends "device" | "track">(kind: K, n: number): Id<K> => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, n);
  return idFromBytes(kind, bytes);
};

/** Runs a scenario; `step` is the reducer of every device. */
export function simulate({ seed, happenings, continues }: Scenario, step = stepDevice): Outcome {
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
      step,
      open: () => network.open(index),
      onCommand: checker.onCommand,
      onSettle: (id, settlement) => checker.onSettle(id, settlement, devices[index]!.state),
      onDeath: checker.onDeath,
      onStep: (before, after) => checker.onClientStep(devices[index] ?? null, before, after),
      onUnknown: () => checker.onUnknown(info.name),
      onHand: (wish, isTold) =>
        timeline.after(TOLD_WITHIN_MS * 1000, () => checker.onHand(info.name, wish, isTold())),
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
    const sounding = devices.find(({ state }) => maySound(state));
    const device = index === null && sounding ? sounding : devices[(index ?? 0) % devices.length]!;
    const idOf = (n: number) => devices[n % devices.length]!.info.deviceId;
    const { session } = device.state;
    const currentUid = session?.queue.current?.uid ?? null;
    const command = (action: Action, ifItemUid: string | null = null) => device.command(action, ifItemUid);
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
      case "seek":
        command({ type: "seek", positionMs: what.ms });
        break;
      case "skip":
        if (currentUid !== null) command({ type: "skip", by: what.by }, currentUid);
        break;
      case "by_hand":
        byHand(device, what.act);
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

  function byHand(device: ModelDevice, act: ByHand): void {
    switch (act.type) {
      case "load": {
        const items = makeItems(act.count);
        device.wish({ type: "load", items, startIndex: act.count >> 1, shuffle: act.shuffle, seed }, items);
        break;
      }
      case "skip_to": {
        const { order } = device.player.queue;
        const uid = order[act.place % Math.max(1, order.length)];
        if (uid !== undefined) device.wish({ type: "skip_to", uid });
        break;
      }
      case "add": {
        const items = makeItems(1).map((item) => ({ ...item, source: "up_next" as const }));
        device.wish({ type: "edit", edit: { type: act.first ? "add_first" : "add", items } }, items);
        break;
      }
      case "shuffle":
        device.wish({ type: "edit", edit: { type: "shuffle", on: act.on, seed } });
        break;
      case "slide":
        device.slide(act.volume);
        break;
      default:
        device.wish(act);
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
