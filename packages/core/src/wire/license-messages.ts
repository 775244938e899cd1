/** Domain forms of the license messages and how they map to the generated ones. */
import type * as gen from "../gen/proto/segue/license/v1alpha1/license_pb";
import type { KeyEnvelope, SignedPayload, Validity } from "../grants/manifest";
import type { DeviceId } from "../ids";
import type { Milliseconds } from "../units";
import { checkBytes, checkCount, checkId, checkPresent, checkSafe, checkText, Violation } from "./checks";
import { MAX_ANSWER_BYTES } from "./codec";
import { planFromMessage, planToMessage } from "./enums";

/** Asks for a fresh validity. */
export interface ValidityRequest {
  readonly deviceId: DeviceId;
  /** Highest seq that the device holds; 0 if none. */
  readonly heldSeq: number;
}

export interface ValidityResponse {
  readonly validity: SignedPayload;
}

/** Asks the server to prove the time. */
export interface TimeProofRequest {
  readonly deviceId: DeviceId;
  /** Fresh random bytes, 16 to 64. */
  readonly nonce: Uint8Array;
}

/** What a signed time proof states. */
export interface TimeProof {
  readonly deviceId: DeviceId;
  readonly nonce: Uint8Array;
  readonly timeMs: Milliseconds;
}

/** Most revoked keys that one validity names. */
export const MAX_REVOKED_KEYS = 10_000;

export const envelopeToMessage = (envelope: KeyEnvelope): gen.KeyEnvelope => ({ ...envelope });

export function envelopeFromMessage(message: gen.KeyEnvelope, at: string): KeyEnvelope {
  return {
    keyId: checkId("key", message.keyId, `${at}/keyId`),
    renditionId: checkId("rendition", message.renditionId, `${at}/renditionId`),
    deviceId: checkId("device", message.deviceId, `${at}/deviceId`),
    ephemeralPublicKey: checkBytes(message.ephemeralPublicKey, 65, 65, `${at}/ephemeralPublicKey`),
    wrappedKey: checkBytes(message.wrappedKey, 40, 40, `${at}/wrappedKey`),
  };
}

export const signedToMessage = (signed: SignedPayload): gen.SignedValidity & gen.SignedTimeProof => ({
  ...signed,
});

export function signedFromMessage(
  message: gen.SignedValidity | gen.SignedTimeProof | undefined,
  at: string,
): SignedPayload {
  const signed = checkPresent(message, at);
  return {
    payload: checkBytes(signed.payload, 1, MAX_ANSWER_BYTES, `${at}/payload`),
    signature: checkBytes(signed.signature, 64, 64, `${at}/signature`),
    signingKeyId: checkText(signed.signingKeyId, 1, 128, `${at}/signingKeyId`),
  };
}

export function validityToMessage(validity: Validity): gen.Validity {
  return {
    seq: BigInt(validity.seq),
    deviceId: validity.deviceId,
    userId: validity.userId,
    plan: planToMessage(validity.plan),
    offlineAllowed: validity.offlineAllowed,
    issuedAtMs: BigInt(validity.issuedAtMs),
    notAfterMs: BigInt(validity.notAfterMs),
    renewAfterMs: BigInt(validity.renewAfterMs),
    revokedKeyIds: [...validity.revokedKeyIds],
  };
}

export function validityFromMessage(message: gen.Validity): Validity {
  const issuedAtMs = checkSafe(message.issuedAtMs, "/issuedAtMs");
  const notAfterMs = checkSafe(message.notAfterMs, "/notAfterMs");
  if (notAfterMs <= issuedAtMs) throw new Violation("/notAfterMs", "must be later than issuedAtMs");
  return {
    seq: checkSafe(message.seq, "/seq"),
    deviceId: checkId("device", message.deviceId, "/deviceId"),
    userId: checkId("user", message.userId, "/userId"),
    plan: planFromMessage(message.plan, "/plan"),
    offlineAllowed: message.offlineAllowed,
    issuedAtMs,
    notAfterMs,
    renewAfterMs: checkSafe(message.renewAfterMs, "/renewAfterMs"),
    revokedKeyIds: checkCount(message.revokedKeyIds, 0, MAX_REVOKED_KEYS, "/revokedKeyIds").map((id, i) =>
      checkId("key", id, `/revokedKeyIds/${i}`),
    ),
  };
}

export const validityRequestToMessage = (request: ValidityRequest): gen.ValidityRequest => ({
  deviceId: request.deviceId,
  heldSeq: BigInt(request.heldSeq),
});

export const validityRequestFromMessage = (message: gen.ValidityRequest): ValidityRequest => ({
  deviceId: checkId("device", message.deviceId, "/deviceId"),
  heldSeq: checkSafe(message.heldSeq, "/heldSeq"),
});

export const validityResponseToMessage = (response: ValidityResponse): gen.ValidityResponse => ({
  validity: signedToMessage(response.validity),
});

export const validityResponseFromMessage = (message: gen.ValidityResponse): ValidityResponse => ({
  validity: signedFromMessage(message.validity, "/validity"),
});

export const timeProofRequestToMessage = (request: TimeProofRequest): gen.TimeProofRequest => ({
  ...request,
});

export const timeProofRequestFromMessage = (message: gen.TimeProofRequest): TimeProofRequest => ({
  deviceId: checkId("device", message.deviceId, "/deviceId"),
  nonce: checkBytes(message.nonce, 16, 64, "/nonce"),
});

export const timeProofToMessage = (proof: TimeProof): gen.TimeProof => ({
  deviceId: proof.deviceId,
  nonce: proof.nonce,
  timeMs: BigInt(proof.timeMs),
});

export const timeProofFromMessage = (message: gen.TimeProof): TimeProof => ({
  deviceId: checkId("device", message.deviceId, "/deviceId"),
  nonce: checkBytes(message.nonce, 16, 64, "/nonce"),
  timeMs: checkSafe(message.timeMs, "/timeMs"),
});
