import { createHash } from "node:crypto";
import { deriveRendition, type RenditionSecrets } from "@segue/core";
import { nodeCrypto } from "../../node-crypto";
import { sealSegments } from "../seal/seal-segments";

/** An encrypted rendition and what its manifest says about it. */
export interface SealedRendition extends RenditionSecrets {
  readonly ciphertext: Uint8Array;
  /** Lower-case hex SHA-256 of the ciphertext. */
  readonly hash: string;
}

/** Seals a short `plaintext` as production does. @throws RangeError on an empty plaintext */
export async function protectRendition(secret: Uint8Array, plaintext: Uint8Array): Promise<SealedRendition> {
  const digest = createHash("sha256").update(plaintext).digest();
  const secrets = deriveRendition(nodeCrypto, secret, digest);
  const pieces = async function* (length: number) {
    for (let at = 0; at < plaintext.length; at += length) yield plaintext.subarray(at, at + length);
  };
  const segments: Uint8Array[] = [];
  for await (const segment of sealSegments(secrets, { byteLength: plaintext.length, pieces }))
    segments.push(segment);
  const ciphertext = new Uint8Array(Buffer.concat(segments));
  return { ...secrets, ciphertext, hash: createHash("sha256").update(ciphertext).digest("hex") };
}
