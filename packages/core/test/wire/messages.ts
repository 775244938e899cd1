import type fc from "fast-check";
import * as wire from "../../src/wire/index";
import * as arbitrary from "./arbitraries";
import * as connect from "./connect-arbitraries";

/** A message with its codec and an arbitrary of its domain form. */
export interface Sample<T> {
  /** Name of the schema in OpenAPI; null for payloads that never travel as JSON. */
  readonly schema: string | null;
  readonly codec: wire.Codec<T>;
  readonly values: fc.Arbitrary<T>;
}

const sample = <T>(schema: string | null, codec: wire.Codec<T>, values: fc.Arbitrary<T>) =>
  ({ schema, codec, values }) as Sample<unknown>;

export const MESSAGES: Readonly<Record<string, Sample<unknown>>> = {
  GrantRequest: sample("GrantRequest", wire.grantRequestCodec, arbitrary.grantRequest),
  GrantResponse: sample("GrantResponse", wire.grantResponseCodec, arbitrary.grantResponse),
  PublishRequest: sample("EventBatch", wire.publishRequestCodec, arbitrary.publishRequest),
  PublishResponse: sample("PublishResponse", wire.publishResponseCodec, arbitrary.publishResponse),
  PlayEvent: sample("PlayEvent", wire.playEventCodec, arbitrary.playEvent),
  ValidityRequest: sample("ValidityRequest", wire.validityRequestCodec, arbitrary.validityRequest),
  ValidityResponse: sample("ValidityResponse", wire.validityResponseCodec, arbitrary.validityResponse),
  Validity: sample(null, wire.validityCodec, arbitrary.validity),
  TimeProofRequest: sample("TimeProofRequest", wire.timeProofRequestCodec, arbitrary.timeProofRequest),
  TimeProof: sample(null, wire.timeProofCodec, arbitrary.timeProof),
  SignedTimeProof: sample("SignedTimeProof", wire.signedTimeProofCodec, arbitrary.signedPayload),
  ConnectClientFrame: sample(null, wire.clientFrameCodec, connect.clientFrame as fc.Arbitrary<never>),
  ConnectServerFrame: sample(null, wire.serverFrameCodec, connect.serverFrame as fc.Arbitrary<never>),
};
