/** Runs core's Connect client: inputs in, effects out, one socket at a time. */
import {
  type ClientEffect,
  type ClientInput,
  type CommandId,
  type ConnectClient,
  type DeviceInfo,
  type ErrorCode,
  newClient,
  nextClientTickMs,
  type PlayerFacts,
  SegueError,
  type Settlement,
  stepClient,
} from "@segue/core";
import {
  CONNECT_JSON,
  CONNECT_PROTOBUF,
  type ConnectSubprotocol,
  readServerFrame,
  writeClientFrame,
} from "@segue/core/wire";
import type { Clock } from "../ports/clock";
import type { Socket, SocketFactory } from "../ports/socket";

type Timed = "nowMs" | "wallMs";
type Input = ClientInput extends infer I ? (I extends unknown ? Omit<I, Timed> : never) : never;
type Command = Extract<Input, { type: "command" }>;

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
  /** A token; another one than the last when `fresh`. Null when nobody is signed in. */
  readonly token: (fresh: boolean) => Promise<string | null>;
  readonly onChange: () => void;
  /** The player is to stop sounding; answer with `silent`. */
  readonly onSilence: () => void;
  readonly onVolume: (volume: number, seq: number) => void;
}

export interface Runtime {
  readonly state: ConnectClient;
  start(): void;
  stop(): void;
  /** Sends a command. @throws SegueError as the session, or its silence, answers */
  command(action: Command["action"], options?: Pick<Command, "ifItemUid">): Promise<void>;
  /** Tells of what the player has carried out already. */
  tell(action: Command["action"], options?: Pick<Command, "ifItemUid">): void;
  facts(facts: PlayerFacts): void;
  silent(facts: PlayerFacts | null): void;
  volume(volume: number, seq: number): void;
  followed(): void;
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
  const { clock, sockets, random } = options;
  let state = newClient(options.me, options.volume);
  let socket: Socket | null = null;
  let subprotocol: ConnectSubprotocol = CONNECT_PROTOBUF;
  /** Counts sockets, so that what an old one says is not taken for the new one's. */
  let generation = 0;
  let cancelOpen: () => void = () => undefined;
  let cancelTick: () => void = () => undefined;
  let tickAtMs = Number.POSITIVE_INFINITY;
  const waiting = new Map<CommandId, { resolve: () => void; reject: (error: SegueError) => void }>();
  const inbox: Input[] = [];
  let working = false;

  /** One input after the other: an effect may bring the next one. */
  function input(given: Input): void {
    inbox.push(given);
    if (working) return;
    working = true;
    let changed = false;
    try {
      for (let next = inbox.shift(); next; next = inbox.shift()) {
        const step = stepClient(state, {
          ...next,
          ...readClocks(clock),
        } as ClientInput);
        state = step.state;
        for (const effect of step.effects) {
          if (effect.type === "changed") changed = true;
          else carryOut(effect);
        }
      }
    } finally {
      working = false;
    }
    schedule();
    if (changed) options.onChange();
  }

  function carryOut(effect: ClientEffect): void {
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
      case "silence":
        options.onSilence();
        break;
      case "set_volume":
        options.onVolume(effect.volume, effect.seq);
        break;
      case "changed":
        break;
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
    const dueMs = nextClientTickMs(state);
    if (dueMs === tickAtMs) return;
    cancelTick();
    tickAtMs = dueMs;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    cancelTick = clock.after(Math.max(0, dueMs - clock.monotonicMs()) + SLACK_MS, () => {
      tickAtMs = Number.POSITIVE_INFINITY;
      input({ type: "tick" });
    });
  }

  return {
    get state() {
      return state;
    },
    start: () => input({ type: "start" }),
    stop() {
      input({ type: "stop", reason: "shutdown" });
      cancelTick();
      cancelOpen();
    },
    command(action, { ifItemUid = null } = {}) {
      const commandId = options.commandId();
      return new Promise((resolve, reject) => {
        waiting.set(commandId, { resolve, reject });
        input({ type: "command", commandId, action, ifItemUid });
      });
    },
    tell(action, { ifItemUid = null } = {}) {
      input({ type: "command", commandId: options.commandId(), action, ifItemUid, local: true });
    },
    facts: (facts) => input({ type: "facts", facts }),
    silent: (facts) => input({ type: "silent", facts }),
    volume: (volume, seq) => input({ type: "volume", volume, seq }),
    followed: () => input({ type: "followed" }),
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
