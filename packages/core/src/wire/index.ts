/**
 * Codecs between domain values and what travels: protobuf binary (`toBytes`, `fromBytes`) and the canonical JSON
 * mapping (`toJson`, `fromJson`, on parsed JSON).
 *
 * Decoders check every field. Those of requests throw SegueError `body_too_large`, `malformed_body` or
 * `invalid_request` (with `errors`), all others `protocol`. Encoders throw RangeError on a number that is not an integer
 * where one is needed.
 */

import {
  PlayEvent as PlayEventMessage,
  PublishRequest as PublishRequestMessage,
  PublishResponse as PublishResponseMessage,
} from "../gen/proto/segue/events/v1alpha1/events_pb";
import {
  SignedTimeProof as SignedTimeProofMessage,
  TimeProof as TimeProofMessage,
  TimeProofRequest as TimeProofRequestMessage,
  Validity as ValidityMessage,
  ValidityRequest as ValidityRequestMessage,
  ValidityResponse as ValidityResponseMessage,
} from "../gen/proto/segue/license/v1alpha1/license_pb";
import {
  GrantRequest as GrantRequestMessage,
  GrantResponse as GrantResponseMessage,
} from "../gen/proto/segue/playback/v1alpha1/playback_pb";
import { makeCodec } from "./codec";
import * as events from "./event-messages";
import * as grants from "./grant-messages";
import * as license from "./license-messages";

export * from "../gen/resource-schemas";
export { type Codec, type Json, MAX_ANSWER_BYTES, MAX_REQUEST_BYTES } from "./codec";
export {
  CONNECT_JSON,
  CONNECT_PROTOBUF,
  type ConnectMessage,
  type ConnectSubprotocol,
  clientFrameCodec,
  readClientFrame,
  readServerFrame,
  serverFrameCodec,
  type UnknownFrame,
  writeClientFrame,
  writeServerFrame,
} from "./connect";
export type { BatchHeader, PublishRequest, PublishResponse } from "./event-messages";
export { MAX_GRANT_ITEMS } from "./grant-messages";
export {
  type IncomingBatch,
  type IncomingEvent,
  incomingBatchFromBytes,
  incomingBatchFromJson,
} from "./incoming-batch";
export {
  MAX_REVOKED_KEYS,
  type TimeProof,
  type TimeProofRequest,
  type ValidityRequest,
  type ValidityResponse,
} from "./license-messages";
export type * from "./resources";

/** Body of POST /v1/playback/grants. */
export const grantRequestCodec = /* @__PURE__ */ makeCodec(
  "request",
  GrantRequestMessage,
  grants.grantRequestToMessage,
  grants.grantRequestFromMessage,
);
/** Answer of POST /v1/playback/grants. */
export const grantResponseCodec = /* @__PURE__ */ makeCodec(
  "answer",
  GrantResponseMessage,
  grants.grantResponseToMessage,
  grants.grantResponseFromMessage,
);
/** Body of POST /v1/events, as a client makes it; a server reads it with `incomingBatchFromBytes` or `incomingBatchFromJson`. */
export const publishRequestCodec = /* @__PURE__ */ makeCodec(
  "request",
  PublishRequestMessage,
  events.publishRequestToMessage,
  events.publishRequestFromMessage,
);
/** Answer of POST /v1/events. */
export const publishResponseCodec = /* @__PURE__ */ makeCodec(
  "answer",
  PublishResponseMessage,
  events.publishResponseToMessage,
  events.publishResponseFromMessage,
);
/** One event, as a log keeps it. */
export const playEventCodec = /* @__PURE__ */ makeCodec(
  "answer",
  PlayEventMessage,
  events.playEventToMessage,
  events.playEventFromMessage,
);
/** Body of POST /v1/license/validity. */
export const validityRequestCodec = /* @__PURE__ */ makeCodec(
  "request",
  ValidityRequestMessage,
  license.validityRequestToMessage,
  license.validityRequestFromMessage,
);
/** Answer of POST /v1/license/validity. */
export const validityResponseCodec = /* @__PURE__ */ makeCodec(
  "answer",
  ValidityResponseMessage,
  license.validityResponseToMessage,
  license.validityResponseFromMessage,
);
/** Payload of a signed validity. */
export const validityCodec = /* @__PURE__ */ makeCodec(
  "answer",
  ValidityMessage,
  license.validityToMessage,
  license.validityFromMessage,
);
/** Body of POST /v1/license/time-proofs. */
export const timeProofRequestCodec = /* @__PURE__ */ makeCodec(
  "request",
  TimeProofRequestMessage,
  license.timeProofRequestToMessage,
  license.timeProofRequestFromMessage,
);
/** Payload of a signed time proof. */
export const timeProofCodec = /* @__PURE__ */ makeCodec(
  "answer",
  TimeProofMessage,
  license.timeProofToMessage,
  license.timeProofFromMessage,
);
/** Answer of POST /v1/license/time-proofs. */
export const signedTimeProofCodec = /* @__PURE__ */ makeCodec(
  "answer",
  SignedTimeProofMessage,
  license.signedToMessage,
  (message) => license.signedFromMessage(message, ""),
);
