/** Proof that a device holds the private half of its identity key. */
import { createHash, createPublicKey, ECDH, verify } from "node:crypto";
import { type DeviceId, idFromBytes } from "@segue/core";

const LABEL = Buffer.from("segue/device-proof/v1\0");
const POINT_BYTES = 65;

/** What a device presents. */
export interface DeviceProof {
  readonly challenge: Uint8Array;
  readonly identityKey: Uint8Array;
  readonly agreementKey: Uint8Array;
  /** Raw r ‖ s, 64 bytes. */
  readonly proof: Uint8Array;
}

/** The id of the device whose identity key is `identityKey`. */
export function deviceIdOf(identityKey: Uint8Array): DeviceId {
  return idFromBytes("device", createHash("sha256").update(identityKey).digest());
}

/** Whether `point` is an uncompressed point on P-256. */
export function isPoint(point: Uint8Array): boolean {
  if (point.length !== POINT_BYTES || point[0] !== 4) return false;
  try {
    ECDH.convertKey(Buffer.from(point), "prime256v1");
    return true;
  } catch {
    return false;
  }
}

/** Whether `given` was signed by its own identity key. */
export function verifyDeviceProof(given: DeviceProof): boolean {
  const { identityKey, agreementKey, proof, challenge } = given;
  if (!isPoint(identityKey) || !isPoint(agreementKey) || proof.length !== 64) return false;
  const coordinate = (from: number) =>
    Buffer.from(identityKey.subarray(from, from + 32)).toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", x: coordinate(1), y: coordinate(33) };
  try {
    const key = createPublicKey({ key: jwk, format: "jwk" });
    const signed = Buffer.concat([LABEL, challenge, identityKey, agreementKey]);
    return verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, proof);
  } catch {
    return false;
  }
}
