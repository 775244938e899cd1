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

/** Whether `proof` was made by the holder of the identity key for this challenge. Malformed input is false. */
export async function verifyDeviceProof(
  crypto: CryptoPort,
  challenge: Uint8Array,
  keys: DeviceKeys,
  proof: Uint8Array,
): Promise<boolean> {
  const { identityKey, agreementKey } = keys;
  if (
    challenge.length !== 32 ||
    identityKey.length !== 65 ||
    agreementKey.length !== 65 ||
    proof.length !== 64
  ) {
    return false;
  }
  try {
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    const key = await crypto.subtle.importKey("raw", identityKey, algorithm, false, ["verify"]);
    return await crypto.subtle.verify(
      ECDSA,
      key,
      proof,
      deviceProofBytes(challenge, identityKey, agreementKey),
    );
  } catch {
    return false;
  }
}
