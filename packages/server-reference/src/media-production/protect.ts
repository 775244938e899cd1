import { createCipheriv, createHash, hkdfSync } from "node:crypto";
import { idFromBytes, type KeyId, type RenditionId } from "@segue/core";

/** Plaintext bytes of a segment; the last may have fewer. */
export const SEGMENT_PLAIN_BYTES = 16_368;
/** Ciphertext bytes of a segment; the last may have fewer. */
export const SEGMENT_BYTES = 16_384;

/** What the server derives from its secret and a rendition's plaintext. `contentKey` is a secret. */
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

/** An encrypted rendition and what its manifest says about it. */
export interface ProtectedRendition extends RenditionSecrets {
  readonly ciphertext: Uint8Array;
  /** Lower-case hex SHA-256 of the ciphertext. */
  readonly hash: string;
}

/**
 * Derives everything that protects a rendition from the server's secret and the SHA-256 of its plaintext: the same
 * plaintext gets the same object, another encoding never meets the same nonce under the same key.
 */
export function deriveRendition(secret: Uint8Array, plaintext: Uint8Array): RenditionSecrets {
  const digest = createHash("sha256").update(plaintext).digest();
  const derive = (label: string, length: number) =>
    new Uint8Array(hkdfSync("sha256", secret, digest, `segue/server/${label}/v1`, length));
  return {
    renditionId: idFromBytes("rendition", derive("rendition-id", 16)),
    keyId: idFromBytes("key", derive("key-id", 16)),
    contentKey: derive("content-key", 32),
    salt: derive("salt", 32),
    noncePrefix: derive("nonce-prefix", 7),
  };
}

/** Seals `plaintext` into a media object. @throws RangeError on an empty plaintext. */
export function protectRendition(secret: Uint8Array, plaintext: Uint8Array): ProtectedRendition {
  if (plaintext.length === 0) throw new RangeError("a media object is never empty");
  const secrets = deriveRendition(secret, plaintext);
  const info = `segue/media/v1\0${secrets.renditionId}`;
  const key = new Uint8Array(hkdfSync("sha256", secrets.contentKey, secrets.salt, info, 32));
  const count = Math.ceil(plaintext.length / SEGMENT_PLAIN_BYTES);
  const ciphertext = new Uint8Array(plaintext.length + count * (SEGMENT_BYTES - SEGMENT_PLAIN_BYTES));
  const nonce = Buffer.alloc(12);
  nonce.set(secrets.noncePrefix, 0);
  for (let index = 0; index < count; index++) {
    nonce.writeUInt32BE(index, 7);
    nonce[11] = index === count - 1 ? 1 : 0;
    const piece = plaintext.subarray(index * SEGMENT_PLAIN_BYTES, (index + 1) * SEGMENT_PLAIN_BYTES);
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    const at = index * SEGMENT_BYTES;
    ciphertext.set(cipher.update(piece), at);
    cipher.final();
    ciphertext.set(cipher.getAuthTag(), at + piece.length);
  }
  return { ...secrets, ciphertext, hash: createHash("sha256").update(ciphertext).digest("hex") };
}
