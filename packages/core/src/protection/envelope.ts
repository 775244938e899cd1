import { SegueError } from "../errors/segue-error";
import type { DeviceId, KeyId, RenditionId } from "../ids";
import type { KeyEnvelope } from "../playback/manifest";
import { concatBytes } from "../utf8";
import type { CryptoPort, KeyPort } from "./crypto-port";

const ZERO = new Uint8Array(1);
const P256 = { name: "ECDH", namedCurve: "P-256" };

/** HKDF info of the key that wraps a content key for a device. */
export function envelopeInfo(deviceId: DeviceId, keyId: KeyId, renditionId: RenditionId): Uint8Array {
  return concatBytes("segue/envelope/v1", ZERO, deviceId, ZERO, keyId, ZERO, renditionId);
}

async function wrappingKey(
  crypto: CryptoPort,
  privateKey: KeyPort,
  publicPoint: Uint8Array,
  info: Uint8Array,
  usage: "wrapKey" | "unwrapKey",
): Promise<KeyPort> {
  const publicKey = await crypto.subtle.importKey("raw", publicPoint, P256, true, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, 256);
  const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info };
  return crypto.subtle.deriveKey(algorithm, base, { name: "AES-KW", length: 256 }, false, [usage]);
}

/**
 * Wraps a content key to a device.
 * @param ephemeral key pair made for this response; its private key has usage `deriveBits`
 */
export async function wrapContentKey(
  crypto: CryptoPort,
  ephemeral: { readonly privateKey: KeyPort; readonly publicPoint: Uint8Array },
  agreementPoint: Uint8Array,
  contentKey: Uint8Array,
  ids: { readonly deviceId: DeviceId; readonly keyId: KeyId; readonly renditionId: RenditionId },
): Promise<KeyEnvelope> {
  const info = envelopeInfo(ids.deviceId, ids.keyId, ids.renditionId);
  const kek = await wrappingKey(crypto, ephemeral.privateKey, agreementPoint, info, "wrapKey");
  const key = await crypto.subtle.importKey("raw", contentKey, { name: "HMAC", hash: "SHA-256" }, true, [
    "sign",
  ]);
  const wrapped = await crypto.subtle.wrapKey("raw", key, kek, "AES-KW");
  return { ...ids, ephemeralPublicKey: ephemeral.publicPoint, wrappedKey: new Uint8Array(wrapped) };
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
  const info = envelopeInfo(envelope.deviceId, envelope.keyId, envelope.renditionId);
  try {
    const kek = await wrappingKey(crypto, agreementKey, envelope.ephemeralPublicKey, info, "unwrapKey");
    return await crypto.subtle.unwrapKey("raw", envelope.wrappedKey, kek, "AES-KW", "HKDF", false, [
      "deriveKey",
    ]);
  } catch (cause) {
    throw new SegueError("envelope_invalid", { cause });
  }
}
