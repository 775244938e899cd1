import { SegueError } from "../errors/segue-error";
import type { Bytes } from "../units";
import type { CryptoPort, KeyPort } from "./crypto-port";
import { isLastSegment, SEGMENT_PLAINTEXT_BYTES, segmentNonce, segmentRange } from "./layout";

/** Seals piece `index` of a plaintext. */
export async function sealSegment(
  crypto: CryptoPort,
  key: KeyPort,
  noncePrefix: Uint8Array,
  index: number,
  last: boolean,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const iv = segmentNonce(noncePrefix, index, last);
  return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, tagLength: 128 }, key, plaintext));
}

/**
 * Opens segment `index` of an object of `byteLength` ciphertext bytes.
 * @throws SegueError `media_truncated` when `ciphertext` has not the segment's length, `segment_corrupt` when it does not authenticate
 */
export async function openSegment(
  crypto: CryptoPort,
  key: KeyPort,
  noncePrefix: Uint8Array,
  index: number,
  byteLength: Bytes,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  if (ciphertext.length !== segmentRange(index, byteLength).length)
    throw new SegueError("media_truncated", { detail: `segment ${index} has ${ciphertext.length} bytes` });
  const iv = segmentNonce(noncePrefix, index, isLastSegment(index, byteLength));
  try {
    return new Uint8Array(
      await crypto.subtle.decrypt({ name: "AES-GCM", iv, tagLength: 128 }, key, ciphertext),
    );
  } catch (cause) {
    throw new SegueError("segment_corrupt", { detail: `segment ${index}`, cause });
  }
}

/** Seals a whole rendition into a media object. */
export async function sealMedia(
  crypto: CryptoPort,
  key: KeyPort,
  noncePrefix: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const count = Math.ceil(plaintext.length / SEGMENT_PLAINTEXT_BYTES);
  const sealed: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    const piece = plaintext.subarray(index * SEGMENT_PLAINTEXT_BYTES, (index + 1) * SEGMENT_PLAINTEXT_BYTES);
    sealed.push(await sealSegment(crypto, key, noncePrefix, index, index === count - 1, piece));
  }
  const media = new Uint8Array(sealed.reduce((sum, segment) => sum + segment.length, 0));
  let at = 0;
  for (const segment of sealed) {
    media.set(segment, at);
    at += segment.length;
  }
  return media;
}
