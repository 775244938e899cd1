/** A Connect session as every party sees it. Times called `…Us` are microseconds of the server clock, `…Ms` durations or monotonic time. */
import type { DeviceId } from "../ids";
import type { QueueItem, QueueState, RepeatMode } from "../queue/queue";
import type { Milliseconds } from "../units";

/** Microseconds of a named clock. */
export type Microseconds = number;

/** Place in the order of a session: by incarnation, then version. */
export interface Stamp {
  readonly incarnation: number;
  readonly version: number;
  readonly epoch: number;
  readonly queueRev: number;
}

/** What a device does when its lease lapses: mute, or keep playing what it holds. */
export type LapsePolicy = "strict" | "continue";

export interface DeviceInfo {
  readonly deviceId: DeviceId;
  readonly name: string;
  readonly type: string;
  /** Whether it can sound. */
  readonly player: boolean;
  /** Whether it can send commands. */
  readonly controller: boolean;
  /** 0 when its volume cannot be set. */
  readonly volumeSteps: number;
  readonly lapsePolicy: LapsePolicy;
}

export interface DeviceState {
  readonly device: DeviceInfo;
  readonly online: boolean;
  /** It may sound although its lease lapsed. */
  readonly detached: boolean;
  /** 0 to 1; null until the device reports it. */
  readonly volume: number | null;
  /** When it connected or went, milliseconds since the Unix epoch. */
  readonly lastSeenMs: Milliseconds;
}

/** What is being played from. */
export interface ContextRef {
  readonly kind: "album" | "playlist" | "artist" | "tracks";
  readonly id: string | null;
  readonly title: string;
}

/** A position: `positionMs` plus rate times the server time since `atServerUs`. */
export interface Anchor {
  readonly itemUid: string;
  readonly positionMs: Milliseconds;
  readonly atServerUs: Microseconds;
  /** Thousandths; 0 means that it stands. */
  readonly rateMilli: number;
  readonly uncertaintyUs: Microseconds;
  /** 0 when it is not known. */
  readonly durationMs: Milliseconds;
  /** Whether it comes from audible output; otherwise from a command. */
  readonly audible: boolean;
}

/** Where the active device is to go, once per version. */
export interface Cue {
  readonly version: number;
  /** "" at the end of the queue. */
  readonly itemUid: string;
  readonly positionMs: Milliseconds;
}

export interface TransferState {
  readonly fromDeviceId: DeviceId | null;
  readonly toDeviceId: DeviceId;
  readonly granted: boolean;
  /** Until when an old device that does not answer is waited for; 0 when none is. */
  readonly waitsUntilUs: Microseconds;
}

/** A listener's playback. Plain data. */
export interface SessionState {
  readonly activeDeviceId: DeviceId | null;
  readonly wantPlaying: boolean;
  readonly context: ContextRef | null;
  readonly queue: QueueState;
  readonly cue: Cue;
  readonly anchor: Anchor | null;
  readonly buffering: boolean;
  /** Code of the error table, or null. */
  readonly errorCode: string | null;
  readonly devices: readonly DeviceState[];
  readonly transfer: TransferState | null;
}

/** 16 bytes as 32 lower-case hex digits. */
export type CommandId = string;

/** What a command asks for. */
export type Action =
  | { readonly type: "play" }
  | { readonly type: "pause" }
  | { readonly type: "seek"; readonly positionMs: Milliseconds }
  | { readonly type: "skip"; readonly by: 1 | -1 }
  | { readonly type: "skip_to"; readonly itemUid: string }
  | { readonly type: "set_volume"; readonly deviceId: DeviceId; readonly volume: number }
  | {
      readonly type: "set_options";
      readonly shuffle: boolean | null;
      readonly repeat: RepeatMode | null;
      readonly shuffleSeed: number;
    }
  | {
      readonly type: "play_context";
      readonly context: ContextRef;
      readonly items: readonly QueueItem[];
      readonly startIndex: number;
      readonly positionMs: Milliseconds;
      readonly shuffle: boolean;
      readonly shuffleSeed: number;
      /** Null means the active device. */
      readonly onDeviceId: DeviceId | null;
      readonly force: boolean;
    }
  | { readonly type: "add_items"; readonly items: readonly QueueItem[]; readonly first: boolean }
  | { readonly type: "remove_item"; readonly uid: string }
  | { readonly type: "move_item"; readonly uid: string; readonly beforeUid: string | null }
  | { readonly type: "clear_up_next" }
  | {
      readonly type: "transfer";
      readonly toDeviceId: DeviceId;
      readonly force: boolean;
      /** Null keeps it. */
      readonly play: boolean | null;
    };

export interface Command {
  readonly commandId: CommandId;
  /** 0 for the default. */
  readonly deadlineMs: Milliseconds;
  readonly ifEpoch: number | null;
  readonly ifQueueRev: number | null;
  readonly ifItemUid: string | null;
  /** Null when it is not known. */
  readonly action: Action | null;
}

export type Outcome =
  | "applied"
  | "noop"
  | "restricted"
  | "conflict"
  | "stale_epoch"
  | "device_unreachable"
  | "timed_out"
  | "rate_limited"
  | "unauthenticated"
  | "unsupported"
  | "device_unknown";

export interface CommandResult {
  readonly commandId: CommandId;
  readonly outcome: Outcome;
  readonly stamp: Stamp;
  readonly retryAfterMs: Milliseconds;
  readonly reasons: readonly string[];
}

/** Fields of a session that changed; absent ones did not. */
export interface SessionChanges {
  readonly activeDeviceId?: DeviceId | null;
  readonly wantPlaying?: boolean;
  readonly context?: ContextRef | null;
  readonly contextItems?: readonly QueueItem[];
  /** Indexes into the items of the context. */
  readonly order?: readonly number[];
  readonly orderIndex?: number;
  readonly current?: QueueItem | null;
  readonly upNext?: readonly QueueItem[];
  readonly history?: readonly QueueItem[];
  readonly shuffle?: boolean;
  readonly repeat?: RepeatMode;
  readonly cue?: Cue;
  readonly anchor?: Anchor | null;
  readonly buffering?: boolean;
  readonly errorCode?: string | null;
  readonly devices?: readonly DeviceState[];
  readonly transfer?: TransferState | null;
}

export interface Delta {
  readonly stamp: Stamp;
  readonly baseVersion: number;
  readonly causeCommandId: CommandId | null;
  readonly changes: SessionChanges;
}
