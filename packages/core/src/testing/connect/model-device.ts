/** A device around the reducer that ships: its clocks, its player, its sleep and its death. */
import { takes } from "../../connect/client/by-hand";
import {
  type ConnectDevice,
  type DeviceEffect,
  type DeviceEvent,
  newDevice,
  type PlayerEffect,
} from "../../connect/client/device-state";
import { isUp } from "../../connect/client/device-turn";
import { type ConnectClient, maySound, type Settlement } from "../../connect/client/state";
import { nextDeviceTickMs, type stepDevice } from "../../connect/client/step-device";
import type { ServerFrame } from "../../connect/frames";
import type { Action, CommandId, DeviceInfo, Microseconds } from "../../connect/types";
import { itemsOf, type QueueItem } from "../../queue/queue";
import type { Wish } from "../../queue/wish";
import { createModelLibrary } from "./model-library";
import { createModelPlayer, type ModelPlayer } from "./model-player";
import type { Connection } from "./network";
import type { Random } from "./random";
import type { Timeline } from "./timeline";

export interface ModelDevice {
  readonly index: number;
  readonly info: DeviceInfo;
  readonly state: ConnectClient;
  readonly player: ModelPlayer;
  /** Whether sound leaves it now. */
  readonly audible: boolean;
  /** Whether it sounds because its listener pressed play while there was no session, and has had no right since. */
  readonly alone: boolean;
  readonly awake: boolean;
  /** Virtual time at which it woke last. */
  readonly wokeUs: Microseconds;
  /** Its monotonic clock. */
  nowMs(): number;
  start(): void;
  opened(connection: Connection): void;
  frame(connection: Connection, frame: ServerFrame): void;
  closed(connection: Connection, code: number): void;
  command(action: Action, ifItemUid: string | null): void;
  /** What the listener does on the device itself. `learned` are items whose tracks are known. */
  wish(wish: Wish, learned?: readonly QueueItem[]): void;
  slide(volume: number): void;
  sleep(us: Microseconds, clockStops: boolean): void;
  crash(backAfterUs: Microseconds): void;
}

interface Options {
  readonly index: number;
  readonly info: DeviceInfo;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly stuck: number;
  readonly step: typeof stepDevice;
  readonly open: () => void;
  readonly onCommand: (id: CommandId, action: Action, local: boolean) => void;
  readonly onSettle: (id: CommandId, settlement: Settlement) => void;
  /** The device dies, and with it whoever waited for these commands. */
  readonly onDeath: (pending: readonly CommandId[]) => void;
  readonly onStep: (before: ConnectClient, after: ConnectClient) => void;
  /** The player took over what it knows no track of. */
  readonly onUnknown: () => void;
  /**
   * The listener did something here under the right. `isTold` says later whether the session was told; null when something
   * came in between.
   */
  readonly onHand: (wish: Wish, isTold: () => boolean | null) => void;
}

export function createModelDevice(options: Options): ModelDevice {
  const { index, info, timeline, random } = options;
  const drift = 1 + random.between(-200, 200) / 1e6;
  const monotonicOffsetMs = random.between(0, 1e6);
  const wallOffsetMs = 1_700_000_000_000 + random.between(-300_000, 300_000);
  let stoppedUs = 0;
  let lives = 0;
  const bornAgain = () => newDevice(info, 0.5, `${hex(index, 8)}${hex(++lives, 16)}`);
  let device: ConnectDevice = bornAgain();
  let alone = false;
  let connection: Connection | null = null;
  let awake = true;
  let wokeUs = Number.NEGATIVE_INFINITY;
  let alive = true;
  let life = 0;
  let tickAtUs = Number.POSITIVE_INFINITY;
  let asleepInputs: (() => void)[] = [];
  const inbox: DeviceEvent[] = [];
  let working = false;
  let commands = 0;
  let told = 0;
  let hands = 0;
  const abandoned = new WeakSet<Connection>();

  const nowMs = () => monotonicOffsetMs + ((timeline.nowUs - stoppedUs) * drift) / 1000;
  const wallMs = () => wallOffsetMs + timeline.nowUs / 1000;
  const toLocalMs = (us: Microseconds) => monotonicOffsetMs + ((us - stoppedUs) * drift) / 1000;

  const player = createModelPlayer({
    timeline,
    random,
    stuck: options.stuck,
    onChange: () => whenAwake(() => input({ type: "player" })),
  });
  let library = createModelLibrary(timeline, random);

  function whenAwake(run: () => void): void {
    if (!alive) return;
    if (awake) run();
    else asleepInputs.push(run);
  }

  /** One event after the other: an effect may bring the next one. */
  function input(given: DeviceEvent): void {
    inbox.push(given);
    if (working) return;
    working = true;
    for (let event = inbox.shift(); event; event = inbox.shift()) step(event);
    working = false;
    schedule();
  }

  function step(event: DeviceEvent): void {
    const before = device.client;
    const { state, effects } = options.step(device, {
      ...event,
      nowMs: nowMs(),
      wallMs: wallMs(),
      player: player.view(toLocalMs),
    });
    device = state;
    for (const each of state.client.pending) {
      if (before.pending.some(({ commandId }) => commandId === each.commandId)) continue;
      if (each.local) told += 1;
      options.onCommand(each.commandId, each.action!, each.local);
    }
    options.onStep(before, state.client);
    if (before.session !== state.client.session && state.client.session)
      library.learn(itemsOf(state.client.session.queue));
    for (const effect of effects) carryOut(effect);
    if (!player.wants || maySound(state.client)) alone = false;
  }

  /** Later, unless the device has died meanwhile; not before it wakes. */
  const later = (us: Microseconds, run: () => void) => timeline.after(us, mineOnly(run));
  function mineOnly(run: () => void): () => void {
    const mine = life;
    return () => {
      if (mine === life) whenAwake(run);
    };
  }

  function carryOut(effect: DeviceEffect): void {
    switch (effect.type) {
      case "open":
        later(random.between(effect.minMs, effect.maxMs) * 1000, options.open);
        break;
      case "close":
        leave(effect.code);
        break;
      case "authenticate":
        later(random.between(0, 5_000), () => input({ type: "token", token: "token" }));
        break;
      case "send":
        connection?.toServer(effect.frame);
        break;
      case "settle":
        options.onSettle(effect.commandId, effect.settlement);
        break;
      case "changed":
        break;
      default:
        runPlayer(effect);
    }
  }

  /** As the SDK does. */
  function runPlayer(effect: PlayerEffect): void {
    switch (effect.type) {
      case "read": {
        const { order, items } = effect;
        const us = library.learn(items);
        if (us === 0) input({ type: "read", order });
        else later(us, () => input({ type: "read", order }));
        break;
      }
      case "adopt":
        if (library.learn(itemsOf(effect.queue)) > 0) options.onUnknown();
        player.adopt(effect);
        break;
      case "play":
      case "pause":
        player.dispatch({ type: effect.type });
        break;
      case "silence": {
        const { order } = effect;
        player.dispatch({ type: "pause" });
        player.whenSilent(mineOnly(() => input({ type: "silent", order })));
        break;
      }
      case "carry_out":
        act(effect.wish);
        break;
      case "set_volume":
        input({ type: "volume", volume: effect.volume });
        break;
    }
    input({ type: "player" });
  }

  function act(wish: Wish): void {
    const fromUid = player.queue.current?.uid ?? null;
    player.dispatch(wish);
    input({ type: "did", wish, fromUid, context: LIST });
  }

  function actByHand(wish: Wish): void {
    const { heldEpoch } = device.client;
    const toldBefore = told;
    const moves = player.queue.current !== null || wish.type === "load";
    act(wish);
    hands += 1;
    const now = () =>
      [hands, life, wokeUs, device.orders, device.client.heldEpoch, player.queue.current?.uid].join();
    const then = now();
    if (heldEpoch > 0 && moves)
      options.onHand(wish, () => (awake && now() === then ? told > toldBefore : null));
  }

  const newId = () => `ff${hex(index, 6)}${hex(life, 8)}${hex(++commands, 16)}`;

  /** Ends the connection from here; its end is no news then. */
  function leave(code: number): void {
    const left = connection;
    connection = null;
    if (left === null) return;
    abandoned.add(left);
    left.close("client", code);
  }

  function schedule(): void {
    const due = nextDeviceTickMs(device);
    if (!Number.isFinite(due)) return;
    const atUs = timeline.nowUs + Math.max(0, ((due - nowMs()) * 1000) / drift) + 100;
    if (atUs >= tickAtUs) return;
    tickAtUs = atUs;
    const mine = life;
    timeline.at(atUs, () => {
      if (mine !== life) return;
      if (tickAtUs === atUs) tickAtUs = Number.POSITIVE_INFINITY;
      whenAwake(() => input({ type: "tick" }));
    });
  }

  return {
    index,
    info,
    get state() {
      return device.client;
    },
    player,
    get audible() {
      return alive && awake && player.sounding;
    },
    get alone() {
      return alone;
    },
    get awake() {
      return alive && awake;
    },
    get wokeUs() {
      return wokeUs;
    },
    nowMs,
    start: () => input({ type: "start" }),
    opened(made) {
      if (!alive) {
        made.close("client", 1006);
        return;
      }
      connection = made;
      whenAwake(() => input({ type: "opened" }));
    },
    frame(from, frame) {
      if (from !== connection) return;
      whenAwake(() => from === connection && input({ type: "frame", frame }));
    },
    closed(from, code) {
      // A connection that never opened has not become the current one.
      if (abandoned.has(from) || (connection !== null && from !== connection)) return;
      whenAwake(() => {
        if (abandoned.has(from)) return;
        connection = null;
        input({ type: "closed", code });
      });
    },
    command(action, ifItemUid) {
      if (alive && awake) input({ type: "command", commandId: newId(), action, ifItemUid });
    },
    wish(wish, learned = []) {
      if (!alive || !awake) return;
      library.know(learned);
      if (takes(device, wish)) {
        input({ type: "take", commandId: newId(), wish, context: LIST });
        return;
      }
      const begins = !player.wants && !isUp(device.client) && !maySound(device.client);
      actByHand(wish);
      if (begins && player.wants) alone = true;
    },
    slide(volume) {
      if (alive && awake) input({ type: "volume", volume });
    },
    sleep(us, clockStops) {
      if (!alive || !awake) return;
      awake = false;
      const mine = life;
      timeline.after(us, () => {
        if (mine !== life) return;
        if (clockStops) stoppedUs += us;
        awake = true;
        wokeUs = timeline.nowUs;
        const missed = asleepInputs;
        asleepInputs = [];
        // Whatever runs first after a sleep looks at the clocks.
        input({ type: "tick" });
        for (const run of missed) run();
      });
    },
    crash(backAfterUs) {
      if (!alive) return;
      alive = false;
      options.onDeath(device.client.pending.map(({ commandId }) => commandId));
      awake = true;
      life += 1;
      asleepInputs = [];
      tickAtUs = Number.POSITIVE_INFINITY;
      player.cut();
      leave(1006);
      timeline.after(backAfterUs, () => {
        alive = true;
        device = bornAgain();
        alone = false;
        library = createModelLibrary(timeline, random);
        input({ type: "start" });
      });
    },
  };
}

const LIST = { kind: "tracks", id: null, title: "List" } as const;
const hex = (n: number, length: number) => n.toString(16).padStart(length, "0");
