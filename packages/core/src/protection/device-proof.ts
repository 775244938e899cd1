import { type DeviceId, idFromBytes } from "../ids";
import type { CryptoPort, KeyPort } from "./crypto-port";
import { deviceProofBytes } from "./signed-bytes";

const ECDSA = { name: "ECDSA", hash: "SHA-256" };

/** The two public keys of a device: uncompressed P-256 points, 65 bytes each. */
export interface DeviceKeys {
  readonly identityKey: Uint8Array;
  readonly agreementKey: Uint8Array;
}

/** The id of the device that holds `identityKey`. */
export async function deviceIdOf(crypto: CryptoPort, identityKey: Uint8Array): Promise<DeviceId> {
  return idFromBytes("device", new Uint8Array(await crypto.subtle.digest("SHA-256", identityKey)));
}

/** Signs a challenge of 32 bytes: raw r ‖ s, 64 bytes. */
export async function signDeviceProof(
  crypto: CryptoPort,
  identityPrivateKey: KeyPort,
  challenge: Uint8Array,
  keys: DeviceKeys,
): Promise<Uint8Array> {
  const bytes = deviceProofBytes(challenge, keys.identityKey, keys.agreementKey);
  return new Uint8Array(await crypto.subtle.sign(ECDSA, identityPrivateKey, bytes));
}

/** Imports an uncompressed point; rejects what is not one of P-256. */
function importPoint(crypto: CryptoPort, point: Uint8Array, name: string, usages: readonly "verify"[]) {
  return crypto.subtle.importKey("raw", point, { name, namedCurve: "P-256" }, false, usages);
}

const looksLikePoint = (point: Uint8Array) => point.length === 65 && point[0] === 4;

/** Whether `proof` was made by the holder of the identity key for this challenge. Malformed input is false. */
export async function verifyDeviceProof(
  crypto: CryptoPort,
  challenge: Uint8Array,
  keys: DeviceKeys,
  proof: Uint8Array,
): Promise<boolean> {
  const { identityKey, agreementKey } = keys;
  if (challenge.length !== 32 || proof.length !== 64) return false;
  if (!looksLikePoint(identityKey) || !looksLikePoint(agreementKey)) return false;
  try {
    // A key that no envelope could be wrapped to is refused now, not at the first grant.
    await importPoint(crypto, agreementKey, "ECDH", []);
    const key = await importPoint(crypto, identityKey, "ECDSA", ["verify"]);
    const signed = deviceProofBytes(challenge, identityKey, agreementKey);
    return await crypto.subtle.verify(ECDSA, key, proof, signed);
  } catch {
    return false;
  }
}
