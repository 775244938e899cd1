/** A device around the client: its clocks, its player, its sleep and its death. */
import { acted, type Followed, follow, NOT_FOLLOWED, silenced } from "../../connect/client/follow";
import {
  type ClientEffect,
  type ClientInput,
  type ConnectClient,
  newClient,
  type Settlement,
} from "../../connect/client/state";
import { nextClientTickMs, stepClient } from "../../connect/client/step";
import type { ServerFrame } from "../../connect/frames";
import type { Action, CommandId, DeviceInfo, Microseconds } from "../../connect/types";
import { createModelPlayer, type ModelPlayer } from "./model-player";
import type { Connection } from "./network";
import type { Random } from "./random";
import type { Timeline } from "./timeline";

type Input = ClientInput extends infer I ? (I extends unknown ? Omit<I, "nowMs" | "wallMs"> : never) : never;

export interface ModelDevice {
  readonly index: number;
  readonly info: DeviceInfo;
  readonly state: ConnectClient;
  readonly player: ModelPlayer;
  /** Whether sound leaves it now. */
  readonly audible: boolean;
  readonly awake: boolean;
  /** Virtual time at which it woke last. */
  readonly wokeUs: Microseconds;
  /** Its monotonic clock. */
  nowMs(): number;
  start(): void;
  opened(connection: Connection): void;
  frame(connection: Connection, frame: ServerFrame): void;
  closed(connection: Connection, code: number): void;
  command(action: Action, options?: { ifItemUid?: string | null; local?: boolean }): CommandId | null;
  sleep(us: Microseconds, clockStops: boolean): void;
  crash(backAfterUs: Microseconds): void;
}

interface Options {
  readonly index: number;
  readonly info: DeviceInfo;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly stuck: number;
  readonly open: () => void;
  readonly onCommand: (id: CommandId, action: Action, local: boolean) => void;
  readonly onSettle: (id: CommandId, settlement: Settlement) => void;
  /** The device dies, and with it whoever waited for these commands. */
  readonly onDeath: (pending: readonly CommandId[]) => void;
  readonly onStep: (before: ConnectClient, after: ConnectClient) => void;
}

export function createModelDevice(options: Options): ModelDevice {
  const { index, info, timeline, random } = options;
  const drift = 1 + random.between(-200, 200) / 1e6;
  const monotonicOffsetMs = random.between(0, 1e6);
  const wallOffsetMs = 1_700_000_000_000 + random.between(-300_000, 300_000);
  let stoppedUs = 0;
  let state = newClient(info, 0.5);
  let followed: Followed = NOT_FOLLOWED;
  let connection: Connection | null = null;
  let awake = true;
  let wokeUs = Number.NEGATIVE_INFINITY;
  let alive = true;
  let life = 0;
  let tickAtUs = Number.POSITIVE_INFINITY;
  let asleepInputs: (() => void)[] = [];
  let busy = false;
  let commands = 0;
  const abandoned = new WeakSet<Connection>();

  const nowMs = () => monotonicOffsetMs + ((timeline.nowUs - stoppedUs) * drift) / 1000;
  const wallMs = () => wallOffsetMs + timeline.nowUs / 1000;
  const toLocalMs = (us: Microseconds) => monotonicOffsetMs + ((us - stoppedUs) * drift) / 1000;

  const player = createModelPlayer({
    timeline,
    random,
    stuck: options.stuck,
    onChange: () => whenAwake(report),
  });

  function whenAwake(run: () => void): void {
    if (!alive) return;
    if (awake) run();
    else asleepInputs.push(run);
  }

  /** The version that the output shows: what was followed, once the player has got there. */
  let shown = 0;
  function report(): void {
    if (busy) return;
    if (player.settled) shown = followed.version;
    input({ type: "facts", facts: player.facts(shown, toLocalMs) });
  }

  function input(given: Input): void {
    const before = state;
    const { state: after, effects } = stepClient(before, {
      ...given,
      nowMs: nowMs(),
      wallMs: wallMs(),
    } as ClientInput);
    state = after;
    options.onStep(before, after);
    for (const effect of effects) carryOut(effect);
    followSession();
    schedule();
  }

  function followSession(): void {
    const step = follow(state, followed, player.queue, nowMs());
    followed = step.followed;
    if (state.diverged && step.order.type !== "stay") input({ type: "followed" });
    if (step.order.type === "stay") {
      if (player.settled && shown !== followed.version) {
        shown = followed.version;
        report();
      }
      return;
    }
    busy = true;
    if (step.order.type === "go") player.go(step.order.queue, step.order.positionMs, step.order.play);
    else {
      if (step.order.queue) player.adapt(step.order.queue);
      if (step.order.play === true) player.play();
      if (step.order.play === false) player.pause();
    }
    busy = false;
    report();
  }

  function carryOut(effect: ClientEffect): void {
    const mine = life;
    const mineOnly = (run: () => void) => () => {
      if (mine === life) whenAwake(run);
    };
    switch (effect.type) {
      case "open": {
        const delayUs = random.between(effect.minMs, effect.maxMs) * 1000;
        timeline.after(delayUs, mineOnly(options.open));
        break;
      }
      case "close":
        leave(effect.code);
        break;
      case "authenticate":
        timeline.after(
          random.between(0, 5_000),
          mineOnly(() => input({ type: "token", token: "token" })),
        );
        break;
      case "send":
        connection?.toServer(effect.frame);
        break;
      case "settle":
        options.onSettle(effect.commandId, effect.settlement);
        break;
      case "silence":
        // As the SDK does: the player knows at once that it stops, and is heard for a moment longer.
        player.pause();
        timeline.after(
          Math.max(0, player.silentAtUs - timeline.nowUs),
          mineOnly(() => {
            followed = silenced(followed);
            input({ type: "silent", facts: player.facts(shown, toLocalMs) });
          }),
        );
        break;
      case "set_volume":
        input({ type: "volume", volume: effect.volume, seq: effect.seq });
        break;
      case "changed":
        break;
    }
  }

  /** Ends the connection from here; its end is no news then. */
  function leave(code: number): void {
    const left = connection;
    connection = null;
    if (left === null) return;
    abandoned.add(left);
    left.close("client", code);
  }

  function schedule(): void {
    const due = nextClientTickMs(state);
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
      return state;
    },
    player,
    get audible() {
      return alive && awake && player.sounding;
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
    command(action, { ifItemUid = null, local = false } = {}) {
      if (!alive || !awake) return null;
      commands += 1;
      const id = `${index.toString(16).padStart(2, "0")}${life.toString(16).padStart(4, "0")}${commands.toString(16).padStart(26, "0")}`;
      options.onCommand(id, action, local);
      if (local) followed = acted(followed, player.wants);
      input({ type: "command", commandId: id, action, ifItemUid, local });
      return id;
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
      options.onDeath(state.pending.map(({ commandId }) => commandId));
      awake = true;
      life += 1;
      asleepInputs = [];
      tickAtUs = Number.POSITIVE_INFINITY;
      player.cut();
      leave(1006);
      timeline.after(backAfterUs, () => {
        alive = true;
        state = newClient(info, 0.5);
        followed = NOT_FOLLOWED;
        shown = 0;
        input({ type: "start" });
      });
    },
  };
}
