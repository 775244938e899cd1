import { SegueError } from "../errors/segue-error";
import type { Bytes } from "../units";
import type { CryptoPort, KeyPort } from "./crypto-port";
import {
  ciphertextLength,
  isLastSegment,
  SEGMENT_PLAINTEXT_BYTES,
  segmentCount,
  segmentNonce,
  segmentRange,
} from "./layout";

/** What a piece of a plaintext is sealed with: AES-256-GCM under the segment key, its tag behind it, no additional data. */
export interface SegmentSeal {
  /** First byte of the piece in the plaintext. */
  readonly start: Bytes;
  readonly length: Bytes;
  /** 12 bytes. */
  readonly nonce: Uint8Array;
}

/**
 * The pieces of a plaintext in their order, each with the nonce that is its own.
 * @throws RangeError when the plaintext is empty or too long for the nonces
 */
export function* segmentSeals(noncePrefix: Uint8Array, plaintextLength: Bytes): Generator<SegmentSeal> {
  const count = segmentCount(ciphertextLength(plaintextLength));
  for (let index = 0; index < count; index++) {
    const start = index * SEGMENT_PLAINTEXT_BYTES;
    const length = Math.min(SEGMENT_PLAINTEXT_BYTES, plaintextLength - start);
    yield { start, length, nonce: segmentNonce(noncePrefix, index, index === count - 1) };
  }
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
