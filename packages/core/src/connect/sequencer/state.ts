/** What the server holds of one session. Plain data. */
import type { DeviceId } from "../../ids";
import type { Milliseconds } from "../../units";
import type { ClientFrame, Resume, ServerFrame } from "../frames";
import type {
  CommandId,
  CommandResult,
  Delta,
  DeviceInfo,
  Microseconds,
  SessionState,
  Stamp,
} from "../types";

/** A device that may sound. */
export interface Holder {
  readonly deviceId: DeviceId;
  /** Epoch of its last grant. */
  readonly epoch: number;
  /** When its lease has certainly run out. */
  readonly untilUs: Microseconds;
  /** When its last renewal came. */
  readonly heardUs: Microseconds;
}

/** A transfer under way. */
export interface RunningTransfer {
  readonly fromDeviceId: DeviceId | null;
  readonly toDeviceId: DeviceId;
  readonly force: boolean;
  /** Version that it began with: an older cue gives way to where the old device stops. */
  readonly sinceVersion: number;
  /** Whether the new device has answered `prepare`. */
  readonly prepared: boolean;
  readonly grantedAtUs: Microseconds | null;
  /** Where the old device stopped; null until it said so. */
  readonly releasedMs: Milliseconds | null;
}

/** A command that waits for a device. */
export interface PendingCommand {
  readonly key: string;
  readonly deviceId: DeviceId;
  readonly commandId: CommandId;
  readonly deadlineUs: Microseconds;
  readonly waitsFor:
    | { readonly type: "report"; readonly version: number }
    | { readonly type: "volume"; readonly deviceId: DeviceId; readonly seq: number }
    | { readonly type: "transfer" };
}

/** The end of a command, kept for whoever asks again. */
export interface StoredResult {
  readonly deviceId: DeviceId;
  readonly result: CommandResult;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: Milliseconds;
}

/** A connected device. */
export interface Link {
  readonly connectionId: string;
  /** When the connection was opened; its hello may come after that of a newer one. */
  readonly openedUs: Microseconds;
  readonly info: DeviceInfo;
  readonly reportSeq: number;
  /** The device's clock in its last beat, renewal or answer to `prepare`, and when that came. */
  readonly clientSent: { readonly us: Microseconds; readonly receivedUs: Microseconds } | null;
  /** Whether it said that it sounds when it connected. */
  readonly sounding: boolean;
}

/** What outlives a restart. */
export interface DurableSession {
  readonly sessionId: string;
  readonly stamp: Stamp;
  readonly session: SessionState;
  /** Device that the epoch belongs to. */
  readonly owner: DeviceId | null;
  readonly holders: readonly Holder[];
  readonly transfer: RunningTransfer | null;
  readonly pending: readonly PendingCommand[];
  readonly volumeSeq: number;
}

export interface Sequencer extends DurableSession {
  /** By device and command id. */
  readonly results: ReadonlyMap<string, StoredResult>;
  readonly log: readonly Delta[];
  readonly links: ReadonlyMap<DeviceId, Link>;
}

interface At {
  /** Server clock. */
  readonly nowUs: Microseconds;
  /** Milliseconds since the Unix epoch. */
  readonly wallMs: Milliseconds;
}

/** What happened. */
export type SequencerInput = At &
  (
    | {
        readonly type: "connect";
        readonly connectionId: string;
        readonly openedUs: Microseconds;
        readonly info: DeviceInfo;
        readonly volume: number | null;
        readonly resume: Resume | null;
      }
    | { readonly type: "disconnect"; readonly connectionId: string }
    | {
        readonly type: "frame";
        readonly connectionId: string;
        readonly frame: Exclude<ClientFrame, { type: "hello" | "beat" | "auth_renewal" }>;
      }
    | {
        readonly type: "beat";
        readonly connectionId: string;
        readonly clientSentUs: Microseconds;
      }
    | { readonly type: "tick" }
  );

/** What to do, in this order, once the state is durable. */
export type SequencerEffect =
  | { readonly type: "send"; readonly connectionId: string; readonly frame: SequencerFrame }
  /** To every connection but `except`. */
  | { readonly type: "broadcast"; readonly frame: SequencerFrame; readonly except: string | null }
  | { readonly type: "close"; readonly connectionId: string; readonly code: number };

/** Frames that a sequencer sends; `welcome` is completed by whoever knows the clock. */
export type SequencerFrame =
  | Exclude<ServerFrame, { type: "welcome" | "beat_ack" | "auth_required" | "go_away" | "fault" }>
  | { readonly type: "welcome"; readonly sessionId: string; readonly replayed: boolean };

export interface SequencerStep {
  readonly state: Sequencer;
  readonly effects: readonly SequencerEffect[];
}

/** Key of a command in `results` and `pending`. */
export const commandKey = (deviceId: DeviceId, commandId: CommandId): string => `${deviceId} ${commandId}`;
