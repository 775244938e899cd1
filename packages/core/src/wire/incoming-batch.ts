/** Reads a batch event by event, so that one that cannot be read harms only itself. */
import { BinaryReader, type JsonValue, WireType } from "@protobuf-ts/runtime";
import { SegueError } from "../errors/segue-error";
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS, type PlayEvent } from "../events/play-event";
import { uuidText } from "../events/uuid-v7";
import {
  PlayEvent as PlayEventMessage,
  PublishRequest as RequestMessage,
} from "../gen/proto/segue/events/v1alpha1/events_pb";
import { utf8 } from "../utf8";
import { checkRange, Violation } from "./checks";
import { type BatchHeader, headerFromMessage, playEventFromMessage } from "./event-messages";

/** One event of a batch as a server reads it. */
export type IncomingEvent =
  | { readonly kind: "event"; readonly event: PlayEvent }
  | {
      readonly kind: "malformed";
      /** UUID text; empty when there is none to be read. */
      readonly eventId: string;
      /** Which field is wrong. */
      readonly detail: string;
      /** The event as it came. */
      readonly raw: Uint8Array;
    };

/** A batch whose header is sound. */
export interface IncomingBatch extends BatchHeader {
  /** 1 to 200, in order. */
  readonly items: readonly IncomingEvent[];
}

/** Field number of `events` in PublishRequest. */
const EVENTS_FIELD = 1;

const notARequest = (how: string, cause?: unknown) =>
  new SegueError("malformed_body", { detail: `not ${how} of a ${RequestMessage.typeName}`, cause });

/** Checks the header and the number of events, then reads the events. */
function assemble(
  message: RequestMessage,
  count: number,
  items: () => readonly IncomingEvent[],
): IncomingBatch {
  try {
    const header = headerFromMessage(message);
    checkRange(count, 1, MAX_BATCH_EVENTS, "/events");
    return { ...header, items: items() };
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    const { pointer, message: problem } = error;
    throw new SegueError("invalid_request", {
      detail: `${RequestMessage.typeName} ${pointer} ${problem}`,
      errors: [{ pointer, message: problem }],
    });
  }
}

/** Reads one event with `parse`; whatever is wrong with it makes it malformed. */
function readEvent(parse: () => PlayEventMessage, raw: () => Uint8Array): IncomingEvent {
  let message: PlayEventMessage | null = null;
  try {
    message = parse();
    return { kind: "event", event: playEventFromMessage(message) };
  } catch (error) {
    const detail = error instanceof Violation ? `${error.pointer} ${error.message}` : "cannot be read";
    const id = message?.eventId;
    return { kind: "malformed", eventId: id?.length === 16 ? uuidText(id) : "", detail, raw: raw() };
  }
}

/**
 * The batch in `bytes`.
 * @throws SegueError `body_too_large`, `malformed_body`, `invalid_request`
 */
export function incomingBatchFromBytes(bytes: Uint8Array): IncomingBatch {
  if (bytes.length > MAX_BATCH_BYTES)
    throw new SegueError("body_too_large", { detail: `a batch has at most ${MAX_BATCH_BYTES} bytes` });
  const events: Uint8Array[] = [];
  let message: RequestMessage;
  try {
    message = RequestMessage.fromBinary(withoutEvents(bytes, events), { readUnknownField: false });
  } catch (cause) {
    throw notARequest("the binary form", cause);
  }
  return assemble(message, events.length, () => events.map(eventFromBytes));
}

const eventFromBytes = (raw: Uint8Array): IncomingEvent =>
  readEvent(
    () => PlayEventMessage.fromBinary(raw, { readUnknownField: false }),
    () => raw,
  );

/** Moves the bytes of each event into `events` and returns the other fields. Throws on what is no protobuf. */
function withoutEvents(bytes: Uint8Array, events: Uint8Array[]): Uint8Array {
  const reader = new BinaryReader(bytes);
  const rest: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [field, type] = reader.tag();
    if (field === EVENTS_FIELD && type === WireType.LengthDelimited) events.push(reader.bytes());
    else {
      reader.skip(type);
      rest.push(bytes.subarray(start, reader.pos));
    }
  }
  const joined = new Uint8Array(rest.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of rest) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * The batch in parsed JSON; its size is the caller's to bound.
 * @throws SegueError `malformed_body`, `invalid_request`
 */
export function incomingBatchFromJson(json: unknown): IncomingBatch {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw notARequest("the JSON form");
  const { events = [], ...rest } = json as { events?: unknown };
  if (!Array.isArray(events)) throw notARequest("the JSON form");
  let message: RequestMessage;
  try {
    message = RequestMessage.fromJson(rest as JsonValue, { ignoreUnknownFields: false });
  } catch (cause) {
    throw notARequest("the JSON form", cause);
  }
  return assemble(message, events.length, () => events.map(eventFromJson));
}

function eventFromJson(json: unknown): IncomingEvent {
  return readEvent(
    () => PlayEventMessage.fromJson(json as JsonValue, { ignoreUnknownFields: false }),
    () => rawJson(json),
  );
}

function rawJson(json: unknown): Uint8Array {
  try {
    return utf8(JSON.stringify(json) ?? "");
  } catch {
    // Nested deeper than can be written out again.
    return utf8("(nested too deeply)");
  }
}
