/** A device with a player in a session: the client, and what its player was made to follow. Plain data. */
import type { QueueItem, QueueState } from "../../queue/queue";
import type { Wish } from "../../queue/wish";
import type { Milliseconds } from "../../units";
import type { CommandId, ContextRef, DeviceInfo } from "../types";
import { type Followed, NOT_FOLLOWED } from "./follow";
import {
  type At,
  type ClientEffect,
  type ClientEvent,
  type ConnectClient,
  newClient,
  type PlayerFacts,
} from "./state";
import type { Told } from "./wishes";

/** The player as it is now. */
export interface PlayerView
  extends Pick<PlayerFacts, "positionMs" | "atMs" | "durationMs" | "playing" | "errorCode"> {
  readonly queue: QueueState;
  /** What it plays from. */
  readonly context: ContextRef | null;
  readonly wantsSound: boolean;
  /** Whether it shows what it was asked for, as far as it can. */
  readonly settled: boolean;
}

/** What a device with a player holds of Connect. Times called `…Ms` are of its own monotonic clock, unless they are durations. */
export interface ConnectDevice {
  readonly client: ConnectClient;
  readonly followed: Followed;
  /** Version that the output shows. */
  readonly shown: number;
  /** Orders given so far. */
  readonly orders: number;
  /** The order that waits for its tracks; null when none does. */
  readonly reading: Reading | null;
  /** The last order to be silent. */
  readonly silence: number;
  /** Whether the session was there after the last input. */
  readonly wasUp: boolean;
  /** The player's own music that is to become the session's while it plays on. */
  readonly joining: { readonly commandId: CommandId; readonly queue: QueueState } | null;
  readonly asked: readonly Asked[];
  /** The last of many seeks in a row: it is told when no other follows. */
  readonly seeking: Seeking | null;
  /** A volume that the listener set: it is told when no other follows. */
  readonly sliding: { readonly volume: number; readonly dueMs: Milliseconds } | null;
  /** The last request for a volume. */
  readonly volumeSeq: number;
  /** First 12 bytes of the ids of commands that the device makes by itself, in hex. */
  readonly idPrefix: string;
  readonly commands: number;
}

/** An order whose tracks are being read. */
export interface Reading {
  readonly order: number;
  /** The session's queue whose tracks are read. */
  readonly queue: QueueState;
  /** Where the player is to go then; null when it stays where it is. */
  readonly startMs: Milliseconds | null;
}

/** What goes on once a command of this device was carried out. */
export interface Asked {
  readonly commandId: CommandId;
  readonly rest: readonly Told[];
  /** What the listener wished on top of the music being here; null for nothing. */
  readonly wish: Wish | null;
}

export interface Seeking {
  readonly told: Told;
  /** Under another epoch, or at another item, it means nothing. */
  readonly epoch: number;
  readonly itemUid: string;
  readonly dueMs: Milliseconds;
}

/** What happened on the device itself. */
export type OwnEvent =
  /** The player has changed, or carried effects out. */
  | { readonly type: "player" }
  /** A wish that the session is to carry out; see `takes`. Settled under `commandId`. */
  | {
      readonly type: "take";
      readonly commandId: CommandId;
      readonly wish: Wish;
      readonly context: ContextRef | null;
    }
  /** The player, which stood at the item `fromUid`, has carried a listener's wish out. */
  | {
      readonly type: "did";
      readonly wish: Wish;
      readonly fromUid: string | null;
      readonly context: ContextRef | null;
    }
  /** The listener set this device's volume. */
  | { readonly type: "volume"; readonly volume: number }
  /** The tracks of `read` are known, as far as they can be. */
  | { readonly type: "read"; readonly order: number }
  /** Nothing of the player can be heard, as `silence` asked; or sound was wanted again. */
  | { readonly type: "silent"; readonly order: number };

/** What happened. */
export type DeviceEvent =
  | OwnEvent
  /** A command of the application. */
  | Omit<Extract<ClientEvent, { type: "command" }>, "local">
  | Extract<ClientEvent, { type: "start" | "stop" | "opened" | "token" | "frame" | "closed" | "tick" }>;

/** Every event brings the clocks and the player as they are now. */
export type DeviceInput = At & { readonly player: PlayerView } & DeviceEvent;

/** What the player is to do, in order; answer with `player` once it has begun to. */
export type PlayerEffect =
  /** Make the tracks of `items` known; answer with `read`. */
  | { readonly type: "read"; readonly order: number; readonly items: readonly QueueItem[] }
  /** Take the queue over, and with `startMs` go to that position of its current item; null leaves what sounds as it is. */
  | {
      readonly type: "adopt";
      readonly queue: QueueState;
      readonly context: ContextRef | null;
      readonly startMs: Milliseconds | null;
      readonly play: boolean;
    }
  | { readonly type: "play" | "pause" }
  /** Stop sounding now; answer with `silent`. */
  | { readonly type: "silence"; readonly order: number }
  /** Carry a listener's wish out; answer with `did`. */
  | { readonly type: "carry_out"; readonly wish: Wish }
  | { readonly type: "set_volume"; readonly volume: number };

/** What to do. The SDK carries effects out in order. */
export type DeviceEffect = Exclude<ClientEffect, { readonly type: "silence" | "set_volume" }> | PlayerEffect;

/** The state after an event, and what to do. */
export interface DeviceStep {
  readonly state: ConnectDevice;
  readonly effects: readonly DeviceEffect[];
}

/** A device that is not connected. `idPrefix` are 12 random bytes in hex. */
export function newDevice(me: DeviceInfo, volume: number | null, idPrefix: string): ConnectDevice {
  return {
    client: newClient(me, volume),
    followed: NOT_FOLLOWED,
    shown: 0,
    orders: 0,
    reading: null,
    silence: 0,
    wasUp: false,
    joining: null,
    asked: [],
    seeking: null,
    sliding: null,
    volumeSeq: 0,
    idPrefix,
    commands: 0,
  };
}
