import { createCipheriv, KeyObject, webcrypto } from "node:crypto";
import {
  deriveSegmentKey,
  type RenditionSecrets,
  SEGMENT_PLAINTEXT_BYTES,
  segmentSeals,
  TAG_BYTES,
} from "@segue/core";
import type { SpooledBytes } from "../encode/spool";

/**
 * Seals a rendition's plaintext into the segments of its media object, as core lays them out. The cipher is called
 * directly: a segment's turn through WebCrypto's queue costs more than its encryption.
 * @throws RangeError on an empty plaintext
 */
export async function* sealSegments(
  { renditionId, contentKey, salt, noncePrefix }: RenditionSecrets,
  plaintext: Pick<SpooledBytes, "byteLength" | "pieces">,
): AsyncGenerator<Uint8Array> {
  const derived = await deriveSegmentKey(webcrypto, contentKey, salt, renditionId, ["encrypt"]);
  const key = KeyObject.from(derived as webcrypto.CryptoKey);
  const pieces = plaintext.pieces(SEGMENT_PLAINTEXT_BYTES);
  for (const { length, nonce } of segmentSeals(noncePrefix, plaintext.byteLength)) {
    const { value: piece } = await pieces.next();
    if (piece?.length !== length) throw new Error("a piece has not the length of its segment");
    yield seal(key, nonce, piece);
  }
}

function seal(key: KeyObject, nonce: Uint8Array, piece: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  const segment = new Uint8Array(piece.length + TAG_BYTES);
  segment.set(cipher.update(piece));
  cipher.final();
  segment.set(cipher.getAuthTag(), piece.length);
  return segment;
}
