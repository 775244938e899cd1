import type { Bytes } from "../units";

/** Ciphertext bytes of a full segment. */
export const SEGMENT_BYTES = 16_384;
/** Bytes of the authentication tag that ends each segment. */
export const TAG_BYTES = 16;
/** Plaintext bytes of a full segment. */
export const SEGMENT_PLAINTEXT_BYTES = SEGMENT_BYTES - TAG_BYTES;
/** Bytes of the nonce prefix. */
export const NONCE_PREFIX_BYTES = 7;
/** Largest segment index that the nonce can carry. */
const MAX_SEGMENTS = 2 ** 32;

/** Segments of a media object of `byteLength` ciphertext bytes. @throws RangeError when no object has that length */
export function segmentCount(byteLength: Bytes): number {
  const count = Math.ceil(byteLength / SEGMENT_BYTES);
  const last = byteLength - (count - 1) * SEGMENT_BYTES;
  if (!Number.isSafeInteger(byteLength) || byteLength <= 0 || last <= TAG_BYTES || count > MAX_SEGMENTS)
    throw new RangeError(`no media object has ${byteLength} bytes`);
  return count;
}

/** Ciphertext length of a plaintext of `plaintextLength` bytes, which must be at least 1. */
export function ciphertextLength(plaintextLength: Bytes): Bytes {
  if (!Number.isSafeInteger(plaintextLength) || plaintextLength < 1)
    throw new RangeError("a rendition has at least one byte");
  return plaintextLength + Math.ceil(plaintextLength / SEGMENT_PLAINTEXT_BYTES) * TAG_BYTES;
}

/** First byte and length of a segment's ciphertext. */
export function segmentRange(
  index: number,
  byteLength: Bytes,
): { readonly start: Bytes; readonly length: Bytes } {
  const start = index * SEGMENT_BYTES;
  return { start, length: Math.min(SEGMENT_BYTES, byteLength - start) };
}

/** Whether `index` is the last segment of an object of `byteLength` bytes. */
export function isLastSegment(index: number, byteLength: Bytes): boolean {
  return index === segmentCount(byteLength) - 1;
}

/** Segments that hold the plaintext bytes from `start` to `end` (exclusive): first and last index. */
export function segmentsOf(start: Bytes, end: Bytes): { readonly first: number; readonly last: number } {
  return {
    first: Math.floor(start / SEGMENT_PLAINTEXT_BYTES),
    last: Math.max(Math.floor(start / SEGMENT_PLAINTEXT_BYTES), Math.ceil(end / SEGMENT_PLAINTEXT_BYTES) - 1),
  };
}

/** 12-byte nonce: prefix ‖ u32be index ‖ last flag. */
export function segmentNonce(prefix: Uint8Array, index: number, last: boolean): Uint8Array {
  if (prefix.length !== NONCE_PREFIX_BYTES) throw new RangeError("a nonce prefix has 7 bytes");
  if (!Number.isInteger(index) || index < 0 || index >= MAX_SEGMENTS)
    throw new RangeError("segment index out of range");
  const nonce = new Uint8Array(12);
  nonce.set(prefix);
  nonce[7] = index >>> 24;
  nonce[8] = (index >>> 16) & 255;
  nonce[9] = (index >>> 8) & 255;
  nonce[10] = index & 255;
  nonce[11] = last ? 1 : 0;
  return nonce;
}
