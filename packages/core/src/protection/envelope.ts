/** Key envelopes: ECDH on P-256, HKDF-SHA-256 and AES-256 key wrap carry a content key to one device. */
import { SegueError } from "../errors/segue-error";
import type { KeyEnvelope } from "../grants/manifest";
import type { DeviceId, KeyId, RenditionId } from "../ids";
import { utf8 } from "../utf8";
import type { CryptoPort, KeyPort, SyncCryptoPort } from "./crypto-port";

const P256 = { name: "ECDH", namedCurve: "P-256" };
const NO_SALT = new Uint8Array(32);

/** What an envelope is for. */
export interface EnvelopeIds {
  readonly deviceId: DeviceId;
  readonly keyId: KeyId;
  readonly renditionId: RenditionId;
}

/** HKDF info of the key that wraps a content key for a device. */
function envelopeInfo({ deviceId, keyId, renditionId }: EnvelopeIds): string {
  return `segue/envelope/v1\0${deviceId}\0${keyId}\0${renditionId}`;
}

/** What a server and one device agreed on; it serves any number of that device's envelopes and no other device. */
export interface EnvelopeAgreement {
  /** Uncompressed P-256 point, 65 bytes. */
  readonly ephemeralPublicKey: Uint8Array;
  /** HKDF-Extract of the shared secret, from which each envelope's own key is expanded. A secret, 32 bytes. */
  readonly pseudoRandomKey: Uint8Array;
}

/**
 * The agreement of an ephemeral key with a device's agreement key.
 * @param sharedSecret x-coordinate of their ECDH, 32 bytes
 */
export function agreeOnEnvelopes(
  crypto: SyncCryptoPort,
  sharedSecret: Uint8Array,
  ephemeralPublicKey: Uint8Array,
): EnvelopeAgreement {
  return { ephemeralPublicKey, pseudoRandomKey: crypto.hmacSha256(NO_SALT, sharedSecret) };
}

/** Wraps a content key of 32 bytes to the device of `agreement`. */
export function wrapContentKey(
  crypto: SyncCryptoPort,
  { ephemeralPublicKey, pseudoRandomKey }: EnvelopeAgreement,
  contentKey: Uint8Array,
  ids: EnvelopeIds,
): KeyEnvelope {
  // HKDF-Expand to 32 bytes is one block (RFC 5869 §2.3).
  const keyEncryptionKey = crypto.hmacSha256(pseudoRandomKey, `${envelopeInfo(ids)}\x01`);
  const wrappedKey = crypto.wrapKey(keyEncryptionKey, contentKey);
  const { deviceId, keyId, renditionId } = ids;
  return { keyId, renditionId, deviceId, ephemeralPublicKey, wrappedKey };
}

async function unwrappingKey(
  crypto: CryptoPort,
  agreementKey: KeyPort,
  ephemeralPublicKey: Uint8Array,
  info: Uint8Array,
): Promise<KeyPort> {
  const publicKey = await crypto.subtle.importKey("raw", ephemeralPublicKey, P256, true, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: publicKey }, agreementKey, 256);
  const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: NO_SALT, info };
  return crypto.subtle.deriveKey(algorithm, base, { name: "AES-KW", length: 256 }, false, ["unwrapKey"]);
}

/**
 * Opens an envelope. The content key stays inside the runtime's key store, usable only to derive segment keys.
 * @param agreementKey the device's private agreement key, usage `deriveBits`
 * @throws SegueError `envelope_not_for_device`, `envelope_invalid`
 */
export async function openEnvelope(
  crypto: CryptoPort,
  envelope: KeyEnvelope,
  agreementKey: KeyPort,
  deviceId: DeviceId,
): Promise<KeyPort> {
  if (envelope.deviceId !== deviceId) throw new SegueError("envelope_not_for_device");
  try {
    const info = utf8(envelopeInfo(envelope));
    const kek = await unwrappingKey(crypto, agreementKey, envelope.ephemeralPublicKey, info);
    return await crypto.subtle.unwrapKey("raw", envelope.wrappedKey, kek, "AES-KW", "HKDF", false, [
      "deriveKey",
    ]);
  } catch (cause) {
    throw new SegueError("envelope_invalid", { cause });
  }
}
