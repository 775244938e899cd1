import type { Bytes } from "../units";
import { concatBytes } from "../utf8";
import type { CryptoPort } from "./crypto-port";

const ZERO = new Uint8Array(1);

/** What a validity's signature covers. */
export function validitySignedBytes(payload: Uint8Array): Uint8Array {
  return concatBytes("segue/validity/v1", ZERO, payload);
}

/** What a time proof's signature covers. */
export function timeProofSignedBytes(payload: Uint8Array): Uint8Array {
  return concatBytes("segue/time-proof/v1", ZERO, payload);
}

/** What a device signs with its identity key to register. */
export function deviceProofBytes(
  challenge: Uint8Array,
  identityKey: Uint8Array,
  agreementKey: Uint8Array,
): Uint8Array {
  return concatBytes("segue/device-proof/v1", ZERO, challenge, identityKey, agreementKey);
}

/** What the signature of a media URL covers, in ASCII. `exp` in Unix seconds, `max` in bytes from byte 0. */
export function mediaUrlSignedText(hash: string, exp: number, max: Bytes): string {
  return `segue/media-url/v1\0${hash}\0${exp}\0${max}`;
}

/** Verifies an Ed25519 signature by the raw 32-byte public key. */
export async function verifyEd25519(
  crypto: CryptoPort,
  publicKey: Uint8Array,
  signature: Uint8Array,
  signedBytes: Uint8Array,
): Promise<boolean> {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, key, signature, signedBytes);
  } catch {
    return false;
  }
}
