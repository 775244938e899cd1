/** Frames of Connect and how they map to the generated message. */
import type { ClientFrame, Resume, ServerFrame } from "../connect/frames";
import { MAX_PENDING_COMMANDS, MAX_TOKEN_LENGTH } from "../connect/limits";
import type * as gen from "../gen/proto/segue/connect/v1alpha1/connect_pb";
import { checkCount, checkSafe, checkText } from "./checks";
import {
  commandFromMessage,
  commandIdFromBytes,
  commandIdToBytes,
  commandToMessage,
  resultFromMessage,
  resultToMessage,
} from "./connect-commands";
import {
  anchorFromMessage,
  anchorToMessage,
  changesFromMessage,
  changesToMessage,
  checkVolume,
  deviceInfoFromMessage,
  deviceInfoToMessage,
  maskOf,
  sessionFromMessage,
  sessionToMessage,
  stampFromMessage,
  stampToMessage,
  volumeOrNone,
} from "./connect-session";

type Body = gen.Frame["body"];
const UNKNOWN = { type: "unknown" } as const;
const token = (value: string, at: string) => checkText(value, 1, MAX_TOKEN_LENGTH, at);

const resumeToMessage = (resume: Resume): gen.Resume => ({
  sessionId: resume.sessionId,
  stamp: stampToMessage(resume.stamp),
  pendingCommandIds: resume.pendingCommandIds.map(commandIdToBytes),
  heldEpoch: BigInt(resume.heldEpoch),
  sounding: resume.sounding,
});

function resumeFromMessage(message: gen.Resume | undefined): Resume | null {
  if (message === undefined) return null;
  const at = "/hello/resume";
  return {
    sessionId: checkText(message.sessionId, 1, 100, `${at}/sessionId`),
    stamp: stampFromMessage(message.stamp, `${at}/stamp`),
    pendingCommandIds: checkCount(
      message.pendingCommandIds,
      0,
      MAX_PENDING_COMMANDS,
      `${at}/pendingCommandIds`,
    ).map((id, i) => commandIdFromBytes(id, `${at}/pendingCommandIds/${i}`)),
    heldEpoch: checkSafe(message.heldEpoch, `${at}/heldEpoch`),
    sounding: message.sounding,
  };
}

function clientBody(frame: ClientFrame): Body {
  switch (frame.type) {
    case "hello":
      return {
        oneofKind: "hello",
        hello: {
          accessToken: frame.accessToken,
          device: deviceInfoToMessage(frame.device),
          ...(frame.resume && { resume: resumeToMessage(frame.resume) }),
          ...(frame.volume !== null && { volume: frame.volume }),
        },
      };
    case "beat":
      return { oneofKind: "beat", beat: { clientSentUs: BigInt(frame.clientSentUs) } };
    case "command":
      return { oneofKind: "command", command: commandToMessage(frame) };
    case "sync_request":
      return { oneofKind: "syncRequest", syncRequest: { stamp: stampToMessage(frame.stamp) } };
    case "report":
      return {
        oneofKind: "report",
        report: {
          epoch: BigInt(frame.epoch),
          reportSeq: frame.reportSeq,
          appliedVersion: BigInt(frame.appliedVersion),
          ...(frame.anchor && { anchor: anchorToMessage(frame.anchor) }),
          buffering: frame.buffering,
          ended: frame.ended,
          errorCode: frame.errorCode ?? "",
        },
      };
    case "prepared":
      return {
        oneofKind: "prepared",
        prepared: { epoch: BigInt(frame.epoch), clientSentUs: BigInt(frame.clientSentUs) },
      };
    case "lease_renewal":
      return {
        oneofKind: "leaseRenewal",
        leaseRenewal: { epoch: BigInt(frame.epoch), clientSentUs: BigInt(frame.clientSentUs) },
      };
    case "released":
      return {
        oneofKind: "released",
        released: {
          epoch: BigInt(frame.epoch),
          ...(frame.anchor && { anchor: anchorToMessage(frame.anchor) }),
        },
      };
    case "auth_renewal":
      return { oneofKind: "authRenewal", authRenewal: { accessToken: frame.accessToken } };
    case "goodbye":
      return { oneofKind: "goodbye", goodbye: { reason: frame.reason } };
    case "volume_report":
      return { oneofKind: "volumeReport", volumeReport: { volume: frame.volume, seq: BigInt(frame.seq) } };
  }
}

function serverBody(frame: ServerFrame): Body {
  switch (frame.type) {
    case "welcome": {
      const { type: _, ...welcome } = frame;
      return { oneofKind: "welcome", welcome: { ...welcome, serverTimeUs: BigInt(frame.serverTimeUs) } };
    }
    case "beat_ack":
      return {
        oneofKind: "beatAck",
        beatAck: {
          clientSentUs: BigInt(frame.clientSentUs),
          serverReceivedUs: BigInt(frame.serverReceivedUs),
          serverSentUs: BigInt(frame.serverSentUs),
        },
      };
    case "command_accepted":
      return {
        oneofKind: "commandAccepted",
        commandAccepted: {
          commandId: commandIdToBytes(frame.commandId),
          stamp: stampToMessage(frame.stamp),
        },
      };
    case "command_result":
      return { oneofKind: "commandResult", commandResult: resultToMessage(frame) };
    case "snapshot":
      return {
        oneofKind: "snapshot",
        snapshot: { stamp: stampToMessage(frame.stamp), state: sessionToMessage(frame.state) },
      };
    case "delta":
      return {
        oneofKind: "delta",
        delta: {
          stamp: stampToMessage(frame.stamp),
          baseVersion: BigInt(frame.baseVersion),
          causeCommandId:
            frame.causeCommandId === null ? new Uint8Array() : commandIdToBytes(frame.causeCommandId),
          state: changesToMessage(frame.changes),
          mask: maskOf(frame.changes),
        },
      };
    case "prepare":
      return { oneofKind: "prepare", prepare: { epoch: BigInt(frame.epoch) } };
    case "lease_grant":
      return {
        oneofKind: "leaseGrant",
        leaseGrant: {
          epoch: BigInt(frame.epoch),
          leaseMs: frame.leaseMs,
          clientSentUs: BigInt(frame.clientSentUs),
        },
      };
    case "revoke":
      return { oneofKind: "revoke", revoke: { epoch: BigInt(frame.epoch) } };
    case "auth_required":
      return { oneofKind: "authRequired", authRequired: { withinMs: frame.withinMs } };
    case "go_away":
      return {
        oneofKind: "goAway",
        goAway: { reconnectMinMs: frame.reconnectMinMs, reconnectMaxMs: frame.reconnectMaxMs },
      };
    case "fault":
      return { oneofKind: "fault", fault: { code: frame.code, detail: frame.detail } };
    case "volume_request":
      return { oneofKind: "volumeRequest", volumeRequest: { seq: BigInt(frame.seq), volume: frame.volume } };
  }
}

export const clientFrameToMessage = (frame: ClientFrame | typeof UNKNOWN): gen.Frame => ({
  body: frame.type === "unknown" ? { oneofKind: undefined } : clientBody(frame),
});

export const serverFrameToMessage = (frame: ServerFrame | typeof UNKNOWN): gen.Frame => ({
  body: frame.type === "unknown" ? { oneofKind: undefined } : serverBody(frame),
});

/** A frame of a client; bodies that a client does not send are unknown. */
export function clientFrameFromMessage({ body }: gen.Frame): ClientFrame | typeof UNKNOWN {
  switch (body.oneofKind) {
    case "hello":
      return {
        type: "hello",
        accessToken: token(body.hello.accessToken, "/hello/accessToken"),
        device: deviceInfoFromMessage(body.hello.device, "/hello/device"),
        resume: resumeFromMessage(body.hello.resume),
        volume: volumeOrNone(body.hello.volume, "/hello/volume"),
      };
    case "beat":
      return { type: "beat", clientSentUs: checkSafe(body.beat.clientSentUs, "/beat/clientSentUs") };
    case "command":
      return { type: "command", ...commandFromMessage(body.command) };
    case "syncRequest":
      return { type: "sync_request", stamp: stampFromMessage(body.syncRequest.stamp, "/syncRequest/stamp") };
    case "report": {
      const { report } = body;
      return {
        type: "report",
        epoch: checkSafe(report.epoch, "/report/epoch"),
        reportSeq: report.reportSeq,
        appliedVersion: checkSafe(report.appliedVersion, "/report/appliedVersion"),
        anchor: anchorFromMessage(report.anchor, "/report/anchor"),
        buffering: report.buffering,
        ended: report.ended,
        errorCode: report.errorCode === "" ? null : checkText(report.errorCode, 1, 64, "/report/errorCode"),
      };
    }
    case "prepared":
      return {
        type: "prepared",
        epoch: checkSafe(body.prepared.epoch, "/prepared/epoch"),
        clientSentUs: checkSafe(body.prepared.clientSentUs, "/prepared/clientSentUs"),
      };
    case "leaseRenewal":
      return {
        type: "lease_renewal",
        epoch: checkSafe(body.leaseRenewal.epoch, "/leaseRenewal/epoch"),
        clientSentUs: checkSafe(body.leaseRenewal.clientSentUs, "/leaseRenewal/clientSentUs"),
      };
    case "released":
      return {
        type: "released",
        epoch: checkSafe(body.released.epoch, "/released/epoch"),
        anchor: anchorFromMessage(body.released.anchor, "/released/anchor"),
      };
    case "authRenewal":
      return {
        type: "auth_renewal",
        accessToken: token(body.authRenewal.accessToken, "/authRenewal/accessToken"),
      };
    case "goodbye":
      return { type: "goodbye", reason: checkText(body.goodbye.reason, 0, 64, "/goodbye/reason") };
    case "volumeReport":
      return {
        type: "volume_report",
        volume: checkVolume(body.volumeReport.volume, "/volumeReport/volume"),
        seq: checkSafe(body.volumeReport.seq, "/volumeReport/seq"),
      };
    default:
      return UNKNOWN;
  }
}

/** A frame of a server; bodies that a server does not send are unknown. */
export function serverFrameFromMessage({ body }: gen.Frame): ServerFrame | typeof UNKNOWN {
  switch (body.oneofKind) {
    case "welcome":
      return {
        type: "welcome",
        ...body.welcome,
        sessionId: checkText(body.welcome.sessionId, 1, 100, "/welcome/sessionId"),
        serverTimeUs: checkSafe(body.welcome.serverTimeUs, "/welcome/serverTimeUs"),
      };
    case "beatAck":
      return {
        type: "beat_ack",
        clientSentUs: checkSafe(body.beatAck.clientSentUs, "/beatAck/clientSentUs"),
        serverReceivedUs: checkSafe(body.beatAck.serverReceivedUs, "/beatAck/serverReceivedUs"),
        serverSentUs: checkSafe(body.beatAck.serverSentUs, "/beatAck/serverSentUs"),
      };
    case "commandAccepted":
      return {
        type: "command_accepted",
        commandId: commandIdFromBytes(body.commandAccepted.commandId, "/commandAccepted/commandId"),
        stamp: stampFromMessage(body.commandAccepted.stamp, "/commandAccepted/stamp"),
      };
    case "commandResult":
      return { type: "command_result", ...resultFromMessage(body.commandResult) };
    case "snapshot":
      return {
        type: "snapshot",
        stamp: stampFromMessage(body.snapshot.stamp, "/snapshot/stamp"),
        state: sessionFromMessage(body.snapshot.state, "/snapshot/state"),
      };
    case "delta": {
      const { stamp, baseVersion, causeCommandId, state, mask } = body.delta;
      return {
        type: "delta",
        stamp: stampFromMessage(stamp, "/delta/stamp"),
        baseVersion: checkSafe(baseVersion, "/delta/baseVersion"),
        causeCommandId:
          causeCommandId.length === 0 ? null : commandIdFromBytes(causeCommandId, "/delta/causeCommandId"),
        changes: changesFromMessage(state, mask, "/delta/state"),
      };
    }
    case "prepare":
      return { type: "prepare", epoch: checkSafe(body.prepare.epoch, "/prepare/epoch") };
    case "leaseGrant":
      return {
        type: "lease_grant",
        epoch: checkSafe(body.leaseGrant.epoch, "/leaseGrant/epoch"),
        leaseMs: body.leaseGrant.leaseMs,
        clientSentUs: checkSafe(body.leaseGrant.clientSentUs, "/leaseGrant/clientSentUs"),
      };
    case "revoke":
      return { type: "revoke", epoch: checkSafe(body.revoke.epoch, "/revoke/epoch") };
    case "authRequired":
      return { type: "auth_required", withinMs: body.authRequired.withinMs };
    case "goAway":
      return { type: "go_away", ...body.goAway };
    case "fault":
      return { type: "fault", ...body.fault };
    case "volumeRequest":
      return {
        type: "volume_request",
        seq: checkSafe(body.volumeRequest.seq, "/volumeRequest/seq"),
        volume: checkVolume(body.volumeRequest.volume, "/volumeRequest/volume"),
      };
    default:
      return UNKNOWN;
  }
}
