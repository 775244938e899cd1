/** One session on all of a listener's devices. */
import type { DeviceId, Milliseconds, RepeatMode, SegueError, Track } from "@segue/core";
import type { PlayContext, QueueEntry } from "./player";

/** A device of the listener, as the Connect session knows it. */
export interface ConnectDevice {
  readonly id: DeviceId;
  readonly name: string;
  readonly type: string;
  /** Whether it is this program. */
  readonly isThis: boolean;
  /** Whether it has the right to sound. */
  readonly isActive: boolean;
  readonly online: boolean;
  /** Whether it may still sound although it cannot be reached. */
  readonly detached: boolean;
  readonly canPlay: boolean;
  /** 0 to 1; null while it is not known. */
  readonly volume: number | null;
  readonly volumeFixed: boolean;
}

export type ConnectStatus =
  /** Not started. */
  | "off"
  | "connecting"
  | "online"
  /** See `error`; this device's player works all the same. `start()` tries again. */
  | "unavailable";

/** The listener's session as it is everywhere. */
export interface ConnectState {
  readonly status: ConnectStatus;
  readonly error: SegueError | null;
  readonly thisDeviceId: DeviceId | null;
  /** Devices that are connected, and those that may still sound. */
  readonly devices: readonly ConnectDevice[];
  /** Null when none has the right to sound, as during a transfer. */
  readonly activeDeviceId: DeviceId | null;
  readonly isActiveHere: boolean;
  /** Whether this device may sound for the session. */
  readonly right: "none" | "held" | "lapsed" | "detached";
  /** What the listener wants: playing or not. */
  readonly playing: boolean;
  readonly buffering: boolean;
  /** Why the active device cannot play, as a code of the error table; null when it can. */
  readonly errorCode: string | null;
  readonly context: PlayContext | null;
  /** Tracks whose title is still empty are being read; another `state` follows. */
  readonly current: QueueEntry | null;
  readonly upNext: readonly QueueEntry[];
  readonly contextNext: readonly QueueEntry[];
  readonly history: readonly QueueEntry[];
  readonly shuffle: boolean;
  readonly repeat: RepeatMode;
  /** 0 when it is not known. */
  readonly durationMs: Milliseconds;
  readonly transfer: {
    readonly fromDeviceId: DeviceId | null;
    readonly toDeviceId: DeviceId;
    /** Whether the new device may sound and is only being waited for. */
    readonly granted: boolean;
    /** How long an old device that cannot be reached is waited for at most; null when none is. Offer `force` then. */
    readonly waitsMs: Milliseconds | null;
  } | null;
}

export interface ConnectEvents {
  state: [state: ConnectState];
}

/**
 * One playback session on all of a listener's devices. Commands go to wherever the session sounds. They reject with
 * SegueError: `network` without a connection, `device_unknown`, `device_unreachable`, `restricted`, `conflict`, `timeout`,
 * `rate_limited`, `unauthenticated`. While this device is online, `client.player.play…()` here takes the session over.
 */
export interface Connect {
  readonly state: ConnectState;
  on<E extends keyof ConnectEvents>(event: E, listener: (...args: ConnectEvents[E]) => void): () => void;
  /** Joins the session whenever somebody is signed in, and comes back after a loss. Idempotent. */
  start(): void;
  /** Leaves it; what sounds here for the session stops. */
  stop(): void;
  /** Position now on the active device, extrapolated. */
  positionMs(): Milliseconds;
  /** How far `positionMs()` may be off; null before the server's clock is known. */
  uncertaintyMs(): Milliseconds | null;
  play(): Promise<void>;
  pause(): Promise<void>;
  toggle(): Promise<void>;
  /** @throws SegueError `invalid_argument` */
  seek(ms: Milliseconds): Promise<void>;
  next(): Promise<void>;
  /** Back to the start of the track, or to the previous one within its first 3 s. */
  previous(): Promise<void>;
  skipTo(uid: string): Promise<void>;
  /** Volume of one device, 0 to 1. */
  setVolume(deviceId: string, volume: number): Promise<void>;
  setShuffle(on: boolean): Promise<void>;
  setRepeat(mode: RepeatMode): Promise<void>;
  addToQueue(tracks: readonly Track[]): Promise<void>;
  playNext(tracks: readonly Track[]): Promise<void>;
  removeFromQueue(uid: string): Promise<void>;
  moveInQueue(uid: string, beforeUid: string | null): Promise<void>;
  clearUpNext(): Promise<void>;
  /** Plays 1 to 1,000 tracks on a device, the active one unless `deviceId` says otherwise. */
  playContext(
    context: PlayContext,
    tracks: readonly Track[],
    options?: {
      readonly startIndex?: number;
      readonly shuffle?: boolean;
      readonly deviceId?: string;
      readonly force?: boolean;
    },
  ): Promise<void>;
  /**
   * Moves the session to a device; resolves once it sounds there, or stands ready. `force` starts without waiting for an
   * old device that cannot be reached; tell the listener that it may still sound. `play` plays or pauses with it.
   */
  transfer(deviceId: string, options?: { readonly force?: boolean; readonly play?: boolean }): Promise<void>;
}
