import type { CryptoPort, KeyPort } from "../protection/crypto-port";
import { ciphertextLength } from "../protection/layout";
import { segmentSeals } from "../protection/segments";

/** Seals a whole rendition into a media object. @throws RangeError when it is empty */
export async function sealMedia(
  crypto: CryptoPort,
  key: KeyPort,
  noncePrefix: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const media = new Uint8Array(ciphertextLength(plaintext.length));
  let at = 0;
  for (const { start, length, nonce: iv } of segmentSeals(noncePrefix, plaintext.length)) {
    const piece = plaintext.subarray(start, start + length);
    const segment = await crypto.subtle.encrypt({ name: "AES-GCM", iv, tagLength: 128 }, key, piece);
    media.set(new Uint8Array(segment), at);
    at += segment.byteLength;
  }
  return media;
}
