/** Domain forms of the event messages and how they map to the generated ones. */

import {
  type EndReason,
  type HeardSegment,
  MAX_BATCH_EVENTS,
  MAX_PLAY_MS,
  MAX_SEGMENT_MS,
  MAX_SEGMENTS,
  type OutboxStats,
  type PlayEvent,
  type Receipt,
  type ReceiptStatus,
  type StartReason,
} from "../events/play-event";
import { bytesHex, hexBytes, isUuidV7, uuidText } from "../events/uuid-v7";
import * as gen from "../gen/proto/segue/events/v1alpha1/events_pb";
import type { DeviceId, UserId } from "../ids";
import type { Milliseconds } from "../units";
import { checkBytes, checkCount, checkId, checkRange, checkSafe, Violation } from "./checks";

/** What a batch says beside its events. */
export interface BatchHeader {
  readonly deviceId: DeviceId;
  /** Who listened; absent leaves it to the token. */
  readonly userId?: UserId;
  /** Client wall clock at this attempt. */
  readonly sentAtMs: Milliseconds;
  /** Attempts before this one. */
  readonly attempt: number;
  readonly stats?: OutboxStats;
}

/** Body of POST /v1/events. */
export interface PublishRequest extends BatchHeader {
  /** 1 to 200. */
  readonly events: readonly PlayEvent[];
}

export interface PublishResponse {
  readonly receipts: readonly Receipt[];
}

const MAX_DROPS = 16;
const CONTEXT_KIND = /^[a-z_]{0,32}$/;
const CONTEXT_ID = /^[A-Za-z0-9_-]{0,64}$/;
const DROP_REASON = /^[a-z_]{1,32}$/;
const RECEIPT_REASON = /^[a-z_]{0,64}$/;

const START: Readonly<Record<StartReason, gen.StartReason>> = {
  picked: gen.StartReason.PICKED,
  track_done: gen.StartReason.TRACK_DONE,
  forward: gen.StartReason.FORWARD,
  back: gen.StartReason.BACK,
  transfer: gen.StartReason.TRANSFER,
};
const END: Readonly<Record<EndReason, gen.EndReason>> = {
  track_done: gen.EndReason.TRACK_DONE,
  forward: gen.EndReason.FORWARD,
  back: gen.EndReason.BACK,
  picked: gen.EndReason.PICKED,
  transfer: gen.EndReason.TRANSFER,
  failed: gen.EndReason.FAILED,
  closed: gen.EndReason.CLOSED,
};
const STATUS: Readonly<Record<ReceiptStatus, gen.ReceiptStatus>> = {
  accepted: gen.ReceiptStatus.ACCEPTED,
  duplicate: gen.ReceiptStatus.DUPLICATE,
  rejected: gen.ReceiptStatus.REJECTED,
  retry: gen.ReceiptStatus.RETRY,
  quarantined: gen.ReceiptStatus.QUARANTINED,
};

function nameOf<K extends string>(table: Readonly<Record<K, number>>, value: number): K | null {
  return (Object.keys(table) as K[]).find((name) => table[name] === value) ?? null;
}

function checkPattern(pattern: RegExp, value: string, pointer: string): string {
  if (pattern.test(value)) return value;
  throw new Violation(pointer, `must match ${pattern.source}`);
}

function checkPositive(value: bigint, pointer: string): number {
  return checkRange(checkSafe(value, pointer), 1, Number.MAX_SAFE_INTEGER, pointer);
}

const segmentToMessage = (segment: HeardSegment): gen.Segment => ({ ...segment });

function segmentFromMessage({ startMs, endMs }: gen.Segment, at: string): HeardSegment {
  return {
    startMs: checkRange(startMs, 0, MAX_SEGMENT_MS, `${at}/startMs`),
    endMs: checkRange(endMs, startMs, MAX_SEGMENT_MS, `${at}/endMs`),
  };
}

export function playEventToMessage(event: PlayEvent): gen.PlayEvent {
  const { eventId, streamId, seq, segments, endedAtMs, startReason, endReason, ageMs, ...same } = event;
  return {
    ...same,
    eventId: hexBytes(eventId),
    streamId: hexBytes(streamId),
    seq: BigInt(seq),
    endedAtMs: BigInt(endedAtMs),
    segments: segments.map(segmentToMessage),
    startReason: startReason === null ? gen.StartReason.UNSPECIFIED : START[startReason],
    endReason: endReason === null ? gen.EndReason.UNSPECIFIED : END[endReason],
    ...(ageMs === undefined ? {} : { ageMs: BigInt(ageMs) }),
  };
}

export function playEventFromMessage(message: gen.PlayEvent, at = ""): PlayEvent {
  if (!isUuidV7(message.eventId)) throw new Violation(`${at}/eventId`, "must be a UUID of version 7");
  return {
    eventId: uuidText(message.eventId),
    streamId: bytesHex(checkBytes(message.streamId, 16, 16, `${at}/streamId`)),
    seq: checkPositive(message.seq, `${at}/seq`),
    trackId: checkId("track", message.trackId, `${at}/trackId`),
    renditionId: checkId("rendition", message.renditionId, `${at}/renditionId`),
    endedAtMs: checkPositive(message.endedAtMs, `${at}/endedAtMs`),
    msPlayed: checkRange(message.msPlayed, 0, MAX_PLAY_MS, `${at}/msPlayed`),
    elapsedMs: checkRange(message.elapsedMs, 0, MAX_PLAY_MS, `${at}/elapsedMs`),
    segments: checkCount(message.segments, 0, MAX_SEGMENTS, `${at}/segments`).map((segment, i) =>
      segmentFromMessage(segment, `${at}/segments/${i}`),
    ),
    contextKind: checkPattern(CONTEXT_KIND, message.contextKind, `${at}/contextKind`),
    contextId: checkPattern(CONTEXT_ID, message.contextId, `${at}/contextId`),
    startReason: nameOf(START, message.startReason),
    endReason: nameOf(END, message.endReason),
    offline: message.offline,
    privateSession: message.privateSession,
    muted: message.muted,
    ...(message.ageMs === undefined ? {} : { ageMs: checkSafe(message.ageMs, `${at}/ageMs`) }),
  };
}

const statsToMessage = ({ streamId, seqMin, seqNext, drops }: OutboxStats): gen.OutboxStats => ({
  streamId: hexBytes(streamId),
  seqMin: BigInt(seqMin),
  seqNext: BigInt(seqNext),
  drops: drops.map(({ reason, count }) => ({ reason, count: BigInt(count) })),
});

function statsFromMessage(message: gen.OutboxStats): OutboxStats {
  return {
    streamId: bytesHex(checkBytes(message.streamId, 16, 16, "/stats/streamId")),
    seqMin: checkSafe(message.seqMin, "/stats/seqMin"),
    seqNext: checkPositive(message.seqNext, "/stats/seqNext"),
    drops: checkCount(message.drops, 0, MAX_DROPS, "/stats/drops").map(({ reason, count }, i) => ({
      reason: checkPattern(DROP_REASON, reason, `/stats/drops/${i}/reason`),
      count: checkSafe(count, `/stats/drops/${i}/count`),
    })),
  };
}

/** Everything of a batch but its events. */
export function headerFromMessage(message: gen.PublishRequest): BatchHeader {
  return {
    deviceId: checkId("device", message.deviceId, "/deviceId"),
    ...(message.userId === "" ? {} : { userId: checkId("user", message.userId, "/userId") }),
    sentAtMs: checkPositive(message.sentAtMs, "/sentAtMs"),
    attempt: message.attempt,
    ...(message.stats === undefined ? {} : { stats: statsFromMessage(message.stats) }),
  };
}

export const publishRequestToMessage = (request: PublishRequest): gen.PublishRequest => ({
  events: request.events.map(playEventToMessage),
  deviceId: request.deviceId,
  userId: request.userId ?? "",
  sentAtMs: BigInt(request.sentAtMs),
  attempt: request.attempt,
  ...(request.stats === undefined ? {} : { stats: statsToMessage(request.stats) }),
});

export const publishRequestFromMessage = (message: gen.PublishRequest): PublishRequest => ({
  ...headerFromMessage(message),
  events: checkCount(message.events, 1, MAX_BATCH_EVENTS, "/events").map((event, i) =>
    playEventFromMessage(event, `/events/${i}`),
  ),
});

export const publishResponseToMessage = ({ receipts }: PublishResponse): gen.PublishResponse => ({
  receipts: receipts.map(({ eventId, status, reason }) => ({
    eventId: hexBytes(eventId),
    status: STATUS[status],
    reason,
  })),
});

/** A status that this version does not know is final, but says nothing about acceptance. */
export const publishResponseFromMessage = (message: gen.PublishResponse): PublishResponse => ({
  receipts: checkCount(message.receipts, 0, MAX_BATCH_EVENTS, "/receipts").map((receipt, i) => ({
    eventId:
      receipt.eventId.length === 0
        ? ""
        : uuidText(checkBytes(receipt.eventId, 16, 16, `/receipts/${i}/eventId`)),
    status: nameOf(STATUS, receipt.status) ?? "rejected",
    reason: checkPattern(RECEIPT_REASON, receipt.reason, `/receipts/${i}/reason`),
  })),
});
