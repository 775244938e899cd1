/** Runs core's Connect device: inputs in, effects out, one socket at a time. */
import {
  type CommandId,
  type ConnectClient,
  type DeviceEffect,
  type DeviceEvent,
  type DeviceInfo,
  type ErrorCode,
  itemsOf,
  MAX_SESSION_CONTEXT,
  newDevice,
  nextDeviceTickMs,
  SegueError,
  type Settlement,
  stepDevice,
  takes,
} from "@segue/core";
import {
  CONNECT_JSON,
  CONNECT_PROTOBUF,
  type ConnectSubprotocol,
  readServerFrame,
  writeClientFrame,
} from "@segue/core/wire";
import type { WishObserver } from "../player/wishes";
import type { Clock } from "../ports/clock";
import type { Socket, SocketFactory } from "../ports/socket";
import type { FollowedPlayer } from "./followed-player";

type Command = Extract<DeviceEvent, { type: "command" }>;

export interface RuntimeOptions {
  /** ws or wss URL of `/v1/connect`. */
  readonly url: string;
  readonly sockets: SocketFactory;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** 16 random bytes in hex. */
  readonly commandId: () => CommandId;
  readonly me: DeviceInfo;
  readonly volume: number;
  readonly player: FollowedPlayer;
  /** A token; another one than the last when `fresh`. Null when nobody is signed in. */
  readonly token: (fresh: boolean) => Promise<string | null>;
  /** The session, or this device's right, has changed. */
  readonly onChange: () => void;
}

export interface Runtime extends WishObserver {
  readonly state: ConnectClient;
  start(): void;
  stop(): void;
  /** Sends a command. @throws SegueError as the session, or its silence, answers */
  command(action: Command["action"], options?: Pick<Command, "ifItemUid">): Promise<void>;
}

/** How long a handshake may take. */
const OPENING_MS = 10_000;
const NEVER_OPENED = 1006;
const WRONG_SUBPROTOCOL = 1002;
/** Longest time between two readings of clocks that are taken for one. */
const READING_MS = 10;
/** Timers are late by a moment, never early. */
const SLACK_MS = 1;

export function createRuntime(options: RuntimeOptions): Runtime {
  const { clock, sockets, random, player } = options;
  let device = newDevice(options.me, options.volume, options.commandId().slice(0, 24));
  let socket: Socket | null = null;
  let subprotocol: ConnectSubprotocol = CONNECT_PROTOBUF;
  /** Counts sockets, so that what an old one says is not taken for the new one's. */
  let generation = 0;
  let cancelOpen: () => void = () => undefined;
  let cancelTick: () => void = () => undefined;
  let tickAtMs = Number.POSITIVE_INFINITY;
  const waiting = new Map<CommandId, { resolve: () => void; reject: (error: SegueError) => void }>();
  const inbox: DeviceEvent[] = [];
  let working = false;
  let stopped = false;

  /** One input after the other: an effect may bring the next one. */
  function input(given: DeviceEvent): void {
    inbox.push(given);
    if (working || stopped) return;
    working = true;
    let changed = false;
    try {
      for (let next = inbox.shift(); next; next = inbox.shift()) {
        const step = stepDevice(device, {
          ...next,
          ...readClocks(clock),
          player: player.view(),
        });
        device = step.state;
        for (const effect of step.effects) {
          if (effect.type === "changed") changed = true;
          else carryOut(effect);
        }
      }
    } finally {
      working = false;
    }
    schedule();
    if (changed) onChange();
  }

  function onChange(): void {
    const { session } = device.client;
    if (session) player.learn(itemsOf(session.queue));
    options.onChange();
  }

  function carryOut(effect: DeviceEffect): void {
    switch (effect.type) {
      case "open":
        cancelOpen();
        cancelOpen = clock.after(effect.minMs + random() * (effect.maxMs - effect.minMs), open);
        break;
      case "close":
        leave(effect.code);
        break;
      case "authenticate":
        void authenticate(effect.fresh);
        break;
      case "send":
        socket?.send(writeClientFrame(subprotocol, effect.frame));
        break;
      case "settle":
        settle(effect.commandId, effect.settlement);
        break;
      case "changed":
        break;
      default:
        player.run(effect, input);
    }
  }

  /** Ends the socket from here; its end is no news then. */
  function leave(code: number): void {
    generation += 1;
    cancelOpen();
    socket?.close(code);
    socket = null;
  }

  function open(): void {
    generation += 1;
    const mine = generation;
    const cancelSlow = clock.after(OPENING_MS, () => ended(NEVER_OPENED));
    const current = () => mine === generation;
    function ended(code: number): void {
      cancelSlow();
      if (!current()) return;
      leave(NEVER_OPENED === code ? 1000 : code);
      input({ type: "closed", code });
    }
    socket = sockets.open(options.url, [CONNECT_PROTOBUF, CONNECT_JSON], {
      opened(chosen) {
        cancelSlow();
        if (!current()) return;
        if (chosen !== CONNECT_PROTOBUF && chosen !== CONNECT_JSON) return ended(WRONG_SUBPROTOCOL);
        subprotocol = chosen;
        input({ type: "opened" });
      },
      message(message) {
        if (!current()) return;
        try {
          const frame = readServerFrame(subprotocol, message);
          if (frame.type !== "unknown") input({ type: "frame", frame });
        } catch {
          // A server that breaks the protocol may do better on the next connection.
          ended(NEVER_OPENED);
        }
      },
      closed: ended,
    });
  }

  async function authenticate(fresh: boolean): Promise<void> {
    const mine = generation;
    const token = await options.token(fresh).catch(() => null);
    if (mine === generation) input({ type: "token", token });
  }

  function settle(id: CommandId, settlement: Settlement): void {
    const waiter = waiting.get(id);
    waiting.delete(id);
    if (!waiter) return;
    const error = errorOf(settlement);
    if (error) waiter.reject(error);
    else waiter.resolve();
  }

  function schedule(): void {
    const dueMs = nextDeviceTickMs(device);
    if (dueMs === tickAtMs) return;
    cancelTick();
    tickAtMs = dueMs;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    cancelTick = clock.after(Math.max(0, dueMs - clock.monotonicMs()) + SLACK_MS, () => {
      tickAtMs = Number.POSITIVE_INFINITY;
      input({ type: "tick" });
    });
  }

  const stopWatching = player.onChange(() => input({ type: "player" }));
  /** Waits for the answer to the command that `given` makes. */
  function asked(given: Extract<DeviceEvent, { type: "command" | "take" }>): Promise<void> {
    return new Promise((resolve, reject) => {
      waiting.set(given.commandId, { resolve, reject });
      input(given);
    });
  }

  return {
    get state() {
      return device.client;
    },
    maxContext: MAX_SESSION_CONTEXT,
    start: () => input({ type: "start" }),
    stop() {
      input({ type: "stop", reason: "shutdown" });
      stopped = true;
      stopWatching();
      cancelTick();
      cancelOpen();
    },
    command: (action, { ifItemUid = null } = {}) =>
      asked({ type: "command", commandId: options.commandId(), action, ifItemUid }),
    take(wish, context) {
      if (!takes(device, wish)) return null;
      return asked({ type: "take", commandId: options.commandId(), wish, context });
    },
    did(wish, before, context) {
      const fromUid = before.queue.current?.uid ?? null;
      input({ type: "did", wish, fromUid, context });
    },
    volumeChanged: (volume) => input({ type: "volume", volume }),
  };
}

/** Both clocks at one moment: a program that was held up between two readings must not look like one that slept. */
function readClocks(clock: Clock): { readonly nowMs: number; readonly wallMs: number } {
  for (let tries = 0; ; tries++) {
    const nowMs = clock.monotonicMs();
    const wallMs = clock.wallMs();
    if (clock.monotonicMs() - nowMs < READING_MS || tries >= 5) return { nowMs, wallMs };
  }
}

/** What a caller is told; null when all is well. */
function errorOf(settlement: Settlement): SegueError | null {
  if (settlement.kind === "error") return new SegueError(settlement.code);
  const { outcome, reasons, retryAfterMs } = settlement.result;
  const code = CODES[outcome];
  if (code === null) return null;
  return new SegueError(code, {
    ...(reasons.length > 0 && { detail: reasons.join(", ") }),
    ...(retryAfterMs > 0 && { retryAfterMs }),
  });
}

const CODES: Readonly<
  Record<Extract<Settlement, { kind: "result" }>["result"]["outcome"], ErrorCode | null>
> = {
  applied: null,
  noop: null,
  restricted: "restricted",
  conflict: "conflict",
  stale_epoch: "conflict",
  device_unreachable: "device_unreachable",
  timed_out: "timeout",
  rate_limited: "rate_limited",
  unauthenticated: "unauthenticated",
  unsupported: "protocol",
  device_unknown: "device_unknown",
};
