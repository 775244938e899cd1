import type { RenditionId } from "../ids";
import { concatBytes } from "../utf8";
import type { CryptoPort, KeyPort } from "./crypto-port";

const ZERO = new Uint8Array(1);

/** HKDF info of a rendition's segment key. */
export function segmentKeyInfo(renditionId: RenditionId): Uint8Array {
  return concatBytes("segue/media/v1", ZERO, renditionId);
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
