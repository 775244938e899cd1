/** What a device or controller holds of Connect. Plain data. Times called `…Ms` are of its own monotonic clock, unless they are durations. */
import type { ErrorCode } from "../../errors/error-table";
import type { Milliseconds } from "../../units";
import { type ClockSync, EMPTY_CLOCK_SYNC } from "../clock-sync";
import type { ClientFrame, ServerFrame } from "../frames";
import { HEARTBEAT_MS, PLAYING_HEARTBEAT_MS } from "../limits";
import type { Action, Command, CommandId, CommandResult, DeviceInfo, SessionState, Stamp } from "../types";

/** Where the connection is. `stopped` stays until it is started again. */
export type LinkState = "stopped" | "waiting" | "opening" | "greeting" | "up";

/** Whether this device may sound. `lapsed`: it could not prolong in time and is mute; `detached`: it sounds all the same. */
export type Right = "none" | "held" | "lapsed" | "detached";

/** A command that has no result yet. */
export interface SentCommand extends Command {
  readonly action: Action;
  /** The player has carried it out already. */
  readonly local: boolean;
  /** When its caller is told that there is no answer; Infinity for local ones. */
  readonly expiresAtMs: Milliseconds;
}

/** What this device's player does. */
export interface PlayerFacts {
  /** Item that sounds or stands; null when there is none. */
  readonly itemUid: string | null;
  readonly positionMs: Milliseconds;
  /** When that position is audible; a moment ahead while the output still holds it. */
  readonly atMs: Milliseconds;
  readonly durationMs: Milliseconds;
  /** Whether the position moves. */
  readonly playing: boolean;
  readonly buffering: boolean;
  /** Whether the queue has ended. */
  readonly ended: boolean;
  readonly errorCode: string | null;
  /** Newest version of the session whose intent the output shows. */
  readonly appliedVersion: number;
}

export interface SentReport {
  readonly epoch: number;
  readonly facts: PlayerFacts;
  readonly sentAtMs: Milliseconds;
}

export interface ConnectClient {
  readonly me: DeviceInfo;
  readonly volume: number | null;
  readonly link: LinkState;
  /** Why it stopped. */
  readonly stoppedBy: ErrorCode | null;
  /** Connections in a row that did not last. */
  readonly failures: number;
  readonly upSinceMs: Milliseconds;
  readonly sessionId: string | null;
  readonly stamp: Stamp | null;
  readonly session: SessionState | null;
  /** Version of the last change that asks something of the active device. */
  readonly intentVersion: number;
  /** Version of the newest cue that came from a local command. */
  readonly localCueVersion: number;
  /** Whether a local command was not carried out, so that the player must follow the session anew. */
  readonly diverged: boolean;
  readonly clock: ClockSync;
  readonly heartbeatMs: Milliseconds;
  readonly playingHeartbeatMs: Milliseconds;
  readonly nextBeatMs: Milliseconds;
  /** When the oldest beat without an answer was sent; Infinity when there is none. */
  readonly unansweredMs: Milliseconds;
  /** Clock samples that are still wanted in a row. */
  readonly burst: number;
  readonly right: Right;
  /** Epoch of the last grant; 0 when it was revoked. */
  readonly heldEpoch: number;
  readonly leaseUntilMs: Milliseconds;
  readonly nextRenewalMs: Milliseconds;
  /** Epoch of a `prepare` without a grant; 0 for none. */
  readonly preparing: number;
  /** Epoch of a `revoke` that is answered once the player is silent; 0 for none. */
  readonly silencing: number;
  readonly facts: PlayerFacts | null;
  readonly reportSeq: number;
  readonly lastReport: SentReport | null;
  readonly nextReportMs: Milliseconds;
  readonly pending: readonly SentCommand[];
  /** When it woke last: what it sent before says nothing of the time since. */
  readonly awakeSinceMs: Milliseconds;
  readonly seen: { readonly nowMs: Milliseconds; readonly wallMs: Milliseconds } | null;
}

/** The moment of an input. */
export interface At {
  /** Monotonic. */
  readonly nowMs: Milliseconds;
  /** Since the Unix epoch; a jump ahead of the monotonic clock is a sleep. */
  readonly wallMs: Milliseconds;
}

/** What happened. */
export type ClientEvent =
  | { readonly type: "start" }
  | { readonly type: "stop"; readonly reason: "shutdown" | "restart" | "sleep" }
  | { readonly type: "opened" }
  /** A token for `authenticate`; null when nobody is signed in. */
  | { readonly type: "token"; readonly token: string | null }
  | { readonly type: "frame"; readonly frame: ServerFrame }
  | { readonly type: "closed"; readonly code: number }
  | { readonly type: "tick" }
  | {
      readonly type: "command";
      readonly commandId: CommandId;
      readonly action: Action;
      readonly ifItemUid?: string | null;
      readonly deadlineMs?: Milliseconds;
      readonly local?: boolean;
    }
  | { readonly type: "facts"; readonly facts: PlayerFacts }
  /** The player is silent, as `silence` asked. */
  | { readonly type: "silent"; readonly facts: PlayerFacts | null }
  | { readonly type: "volume"; readonly volume: number; readonly seq: number }
  /** The player follows the session again. */
  | { readonly type: "followed" };

export type ClientInput = At & ClientEvent;

/** How a command ended: the server's word, or why there is none. */
export type Settlement =
  | { readonly kind: "result"; readonly result: CommandResult }
  | { readonly kind: "error"; readonly code: ErrorCode };

export type ClientEffect =
  /** Open a connection after a random time between the two, in milliseconds. */
  | { readonly type: "open"; readonly minMs: Milliseconds; readonly maxMs: Milliseconds }
  | { readonly type: "close"; readonly code: number }
  /** Get a token and answer with `token`; `fresh` when the held one is about to end or was refused. */
  | { readonly type: "authenticate"; readonly fresh: boolean }
  | { readonly type: "send"; readonly frame: ClientFrame }
  | { readonly type: "settle"; readonly commandId: CommandId; readonly settlement: Settlement }
  /** Stop sounding now; answer with `silent`. */
  | { readonly type: "silence" }
  | { readonly type: "set_volume"; readonly volume: number; readonly seq: number }
  /** Session, right or link changed. */
  | { readonly type: "changed" };

export interface ClientStep {
  readonly state: ConnectClient;
  readonly effects: readonly ClientEffect[];
}

export function newClient(me: DeviceInfo, volume: number | null): ConnectClient {
  return {
    me,
    volume,
    link: "stopped",
    stoppedBy: null,
    failures: 0,
    upSinceMs: 0,
    sessionId: null,
    stamp: null,
    session: null,
    intentVersion: 0,
    localCueVersion: 0,
    diverged: false,
    clock: EMPTY_CLOCK_SYNC,
    heartbeatMs: HEARTBEAT_MS,
    playingHeartbeatMs: PLAYING_HEARTBEAT_MS,
    nextBeatMs: Number.POSITIVE_INFINITY,
    unansweredMs: Number.POSITIVE_INFINITY,
    burst: 0,
    right: "none",
    heldEpoch: 0,
    leaseUntilMs: 0,
    nextRenewalMs: Number.POSITIVE_INFINITY,
    preparing: 0,
    silencing: 0,
    facts: null,
    reportSeq: 0,
    lastReport: null,
    nextReportMs: Number.POSITIVE_INFINITY,
    pending: [],
    awakeSinceMs: Number.NEGATIVE_INFINITY,
    seen: null,
  };
}

/** Whether the player sounds, by its own word. */
export const isSounding = (state: ConnectClient): boolean =>
  state.facts !== null && (state.facts.playing || state.facts.buffering);

/** Whether this device may sound now. */
export const maySound = (state: ConnectClient): boolean =>
  state.right === "held" || state.right === "detached";
