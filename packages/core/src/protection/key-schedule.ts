/** From a server's secret to the key of a segment: everything that protects a rendition is derived. */
import { idFromBytes, type KeyId, type RenditionId } from "../ids";
import { utf8 } from "../utf8";
import type { CryptoPort, KeyPort, SyncCryptoPort } from "./crypto-port";
import { NONCE_PREFIX_BYTES } from "./layout";

/** What a server derives from its secret and a rendition's plaintext. `contentKey` is a secret. */
export interface RenditionSecrets {
  readonly renditionId: RenditionId;
  readonly keyId: KeyId;
  /** 32 bytes. */
  readonly contentKey: Uint8Array;
  /** 32 bytes. */
  readonly salt: Uint8Array;
  /** 7 bytes. */
  readonly noncePrefix: Uint8Array;
}

/** The content key of the rendition whose plaintext has the SHA-256 `plaintextDigest`. */
export function deriveContentKey(
  crypto: SyncCryptoPort,
  serverSecret: Uint8Array,
  plaintextDigest: Uint8Array,
): Uint8Array {
  return crypto.hkdfSha256(serverSecret, plaintextDigest, "segue/server/content-key/v1", 32);
}

/**
 * Derives everything that protects a rendition from the server's secret and the SHA-256 of its plaintext: the same
 * plaintext gets the same object, another encoding never meets the same nonce under the same key.
 */
export function deriveRendition(
  crypto: SyncCryptoPort,
  serverSecret: Uint8Array,
  plaintextDigest: Uint8Array,
): RenditionSecrets {
  const derive = (label: string, length: number) =>
    crypto.hkdfSha256(serverSecret, plaintextDigest, `segue/server/${label}/v1`, length);
  return {
    renditionId: idFromBytes("rendition", derive("rendition-id", 16)),
    keyId: idFromBytes("key", derive("key-id", 16)),
    contentKey: deriveContentKey(crypto, serverSecret, plaintextDigest),
    salt: derive("salt", 32),
    noncePrefix: derive("nonce-prefix", NONCE_PREFIX_BYTES),
  };
}

/** HKDF info of a rendition's segment key. */
function segmentKeyInfo(renditionId: RenditionId): Uint8Array {
  return utf8(`segue/media/v1\0${renditionId}`);
}

/**
 * Segment key of a rendition: HKDF-SHA-256 over the content key, as a non-extractable AES-256-GCM key.
 * @param contentKey 32 bytes, or a key imported for HKDF with usage `deriveKey`
 * @param salt 32 bytes
 */
export async function deriveSegmentKey(
  crypto: CryptoPort,
  contentKey: Uint8Array | KeyPort,
  salt: Uint8Array,
  renditionId: RenditionId,
  usages: readonly ("encrypt" | "decrypt")[] = ["decrypt"],
): Promise<KeyPort> {
  const base =
    contentKey instanceof Uint8Array
      ? await crypto.subtle.importKey("raw", contentKey, "HKDF", false, ["deriveKey"])
      : contentKey;
  const algorithm = { name: "HKDF", hash: "SHA-256", salt, info: segmentKeyInfo(renditionId) };
  return crypto.subtle.deriveKey(algorithm, base, { name: "AES-GCM", length: 256 }, false, [...usages]);
}
