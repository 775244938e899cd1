import type { JsonValue, MessageType } from "@protobuf-ts/runtime";
import { SegueError } from "../errors/segue-error";
import { Violation } from "./checks";

/** The canonical JSON mapping of a message, ready for `JSON.stringify`. */
export type Json = JsonValue;

/** The two encodings of a message whose domain form is `T`. */
export interface Codec<T> {
  readonly toBytes: (value: T) => Uint8Array;
  readonly fromBytes: (bytes: Uint8Array) => T;
  readonly toJson: (value: T) => Json;
  readonly fromJson: (json: unknown) => T;
}

/** Who sent the message: a fault in a request is the client's (`malformed_body`, `invalid_request`), any other is `protocol`. */
export type Origin = "request" | "answer";

/** Largest encoded request, in bytes. */
export const MAX_REQUEST_BYTES = 65_536;
/** Largest encoded answer or signed payload, in bytes. */
export const MAX_ANSWER_BYTES = 1_048_576;

/** What a codec reads beyond the rule of its origin. */
export interface CodecOptions {
  /** Largest encoded message, in bytes. */
  readonly maxBytes?: number;
  /** Whether unknown fields of JSON are skipped. */
  readonly ignoreUnknownFields?: boolean;
}

/**
 * Makes the codec of generated type `type`. `fromMessage` throws Violation on a field that breaks the specification.
 * Mark the call pure, so that a bundler leaves out the codecs that an application does not use.
 */
export function makeCodec<M extends object, T>(
  origin: Origin,
  type: MessageType<M>,
  toMessage: (value: T) => M,
  fromMessage: (message: M) => T,
  options: CodecOptions = {},
): Codec<T> {
  const limit = options.maxBytes ?? (origin === "request" ? MAX_REQUEST_BYTES : MAX_ANSWER_BYTES);
  // A newer server may answer with more fields; a request with unknown fields is a mistake worth telling.
  const ignoreUnknownFields = options.ignoreUnknownFields ?? origin === "answer";
  const unreadable = (cause: unknown, detail: string): SegueError =>
    new SegueError(origin === "request" ? "malformed_body" : "protocol", { detail, cause });

  const checked = (message: M): T => {
    try {
      return fromMessage(message);
    } catch (error) {
      if (!(error instanceof Violation)) throw unreadable(error, `not a ${type.typeName}`);
      throw new SegueError(origin === "request" ? "invalid_request" : "protocol", {
        detail: `${type.typeName} ${error.pointer} ${error.message}`,
        errors: [{ pointer: error.pointer, message: error.message }],
      });
    }
  };

  return {
    toBytes: (value) => type.toBinary(toMessage(value), { writeUnknownFields: false }),
    fromBytes: (bytes) => {
      if (bytes.length > limit)
        throw new SegueError(origin === "request" ? "body_too_large" : "protocol", {
          detail: `${type.typeName} is larger than ${limit} bytes`,
        });
      let message: M;
      try {
        message = type.fromBinary(bytes, { readUnknownField: false });
      } catch (error) {
        throw unreadable(error, `not a ${type.typeName} in binary`);
      }
      return checked(message);
    },
    toJson: (value) => type.toJson(toMessage(value)),
    fromJson: (json) => {
      let message: M;
      try {
        message = type.fromJson(json as JsonValue, { ignoreUnknownFields });
      } catch (error) {
        throw unreadable(error, `not the JSON form of a ${type.typeName}`);
      }
      return checked(message);
    },
  };
}
