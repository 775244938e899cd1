/** What travels on a Connect connection, in domain form. */
import type { Milliseconds } from "../units";
import type {
  Anchor,
  Command,
  CommandId,
  CommandResult,
  Delta,
  DeviceInfo,
  Microseconds,
  SessionState,
  Stamp,
} from "./types";

/** What a client holds from an earlier connection. */
export interface Resume {
  readonly sessionId: string;
  readonly stamp: Stamp;
  readonly pendingCommandIds: readonly CommandId[];
  /** Epoch of its last grant; 0 if never or if it was revoked. */
  readonly heldEpoch: number;
  readonly sounding: boolean;
}

export interface Hello {
  readonly type: "hello";
  readonly accessToken: string;
  readonly device: DeviceInfo;
  readonly resume: Resume | null;
  /** 0 to 1; null when it is not known. */
  readonly volume: number | null;
}

/** Facts of the device that holds the right to sound. */
export interface Report {
  readonly type: "report";
  readonly epoch: number;
  readonly reportSeq: number;
  readonly appliedVersion: number;
  readonly anchor: Anchor | null;
  readonly buffering: boolean;
  readonly ended: boolean;
  readonly errorCode: string | null;
}

/** Frames of a client. */
export type ClientFrame =
  | Hello
  | Report
  | { readonly type: "beat"; readonly clientSentUs: Microseconds }
  | ({ readonly type: "command" } & Command)
  | { readonly type: "sync_request"; readonly stamp: Stamp }
  | { readonly type: "prepared"; readonly epoch: number; readonly clientSentUs: Microseconds }
  | { readonly type: "lease_renewal"; readonly epoch: number; readonly clientSentUs: Microseconds }
  | { readonly type: "released"; readonly epoch: number; readonly anchor: Anchor | null }
  | { readonly type: "auth_renewal"; readonly accessToken: string }
  | { readonly type: "goodbye"; readonly reason: string }
  | { readonly type: "volume_report"; readonly volume: number; readonly seq: number };

export interface Welcome {
  readonly type: "welcome";
  readonly sessionId: string;
  readonly connectionId: string;
  readonly heartbeatMs: Milliseconds;
  readonly playingHeartbeatMs: Milliseconds;
  readonly serverTimeUs: Microseconds;
  readonly clockId: string;
  readonly replayed: boolean;
  readonly leaseMs: Milliseconds;
  readonly maxFrameBytes: number;
}

/** Frames of a server. */
export type ServerFrame =
  | Welcome
  | {
      readonly type: "beat_ack";
      readonly clientSentUs: Microseconds;
      readonly serverReceivedUs: Microseconds;
      readonly serverSentUs: Microseconds;
    }
  | { readonly type: "command_accepted"; readonly commandId: CommandId; readonly stamp: Stamp }
  | ({ readonly type: "command_result" } & CommandResult)
  | { readonly type: "snapshot"; readonly stamp: Stamp; readonly state: SessionState }
  | ({ readonly type: "delta" } & Delta)
  | { readonly type: "prepare"; readonly epoch: number }
  | {
      readonly type: "lease_grant";
      readonly epoch: number;
      readonly leaseMs: Milliseconds;
      readonly clientSentUs: Microseconds;
    }
  | { readonly type: "revoke"; readonly epoch: number }
  | { readonly type: "auth_required"; readonly withinMs: Milliseconds }
  | {
      readonly type: "go_away";
      readonly reconnectMinMs: Milliseconds;
      readonly reconnectMaxMs: Milliseconds;
    }
  | { readonly type: "fault"; readonly code: string; readonly detail: string }
  | { readonly type: "volume_request"; readonly seq: number; readonly volume: number };
