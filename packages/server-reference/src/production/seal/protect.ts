import { createCipheriv, createHash, hkdfSync } from "node:crypto";
import { deriveRendition as deriveSecrets, type RenditionSecrets } from "@segue/core";
import { nodeCrypto } from "../node-crypto";

/** Plaintext bytes of a segment; the last may have fewer. */
export const SEGMENT_PLAIN_BYTES = 16_368;
/** Ciphertext bytes of a segment; the last may have fewer. */
export const SEGMENT_BYTES = 16_384;

/** What protects the rendition whose plaintext is `plaintext`. */
export function deriveRendition(secret: Uint8Array, plaintext: Uint8Array): RenditionSecrets {
  return deriveFromDigest(secret, createHash("sha256").update(plaintext).digest());
}

/** As `deriveRendition`, from the SHA-256 of the plaintext. */
export function deriveFromDigest(secret: Uint8Array, digest: Uint8Array): RenditionSecrets {
  return deriveSecrets(nodeCrypto, secret, digest);
}

/** Seals pieces of SEGMENT_PLAIN_BYTES (the last may have fewer) into the segments of a media object. */
export async function* sealSegments(
  secrets: RenditionSecrets,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const sealer = new Sealer(secrets);
  let waiting: Uint8Array | undefined;
  for await (const piece of pieces) {
    if (waiting) yield sealer.seal(waiting, false);
    waiting = piece;
  }
  if (!waiting) throw new RangeError("a media object is never empty");
  yield sealer.seal(waiting, true);
}

class Sealer {
  private readonly key: Uint8Array;
  private readonly nonce = Buffer.alloc(12);
  private index = 0;

  constructor({ renditionId, contentKey, salt, noncePrefix }: RenditionSecrets) {
    const info = `segue/media/v1\0${renditionId}`;
    this.key = new Uint8Array(hkdfSync("sha256", contentKey, salt, info, 32));
    this.nonce.set(noncePrefix, 0);
  }

  seal(piece: Uint8Array, isLast: boolean): Uint8Array {
    this.nonce.writeUInt32BE(this.index++, 7);
    this.nonce[11] = isLast ? 1 : 0;
    const cipher = createCipheriv("aes-256-gcm", this.key, this.nonce);
    const segment = new Uint8Array(piece.length + SEGMENT_BYTES - SEGMENT_PLAIN_BYTES);
    segment.set(cipher.update(piece));
    cipher.final();
    segment.set(cipher.getAuthTag(), piece.length);
    return segment;
  }
}

/** An encrypted rendition and what its manifest says about it. */
export interface ProtectedRendition extends RenditionSecrets {
  readonly ciphertext: Uint8Array;
  /** Lower-case hex SHA-256 of the ciphertext. */
  readonly hash: string;
}

/** Seals a short `plaintext` in memory. @throws RangeError on an empty plaintext. */
export function protectRendition(secret: Uint8Array, plaintext: Uint8Array): ProtectedRendition {
  if (plaintext.length === 0) throw new RangeError("a media object is never empty");
  const secrets = deriveRendition(secret, plaintext);
  const sealer = new Sealer(secrets);
  const segments: Uint8Array[] = [];
  for (let at = 0; at < plaintext.length; at += SEGMENT_PLAIN_BYTES) {
    const end = at + SEGMENT_PLAIN_BYTES;
    segments.push(sealer.seal(plaintext.subarray(at, end), end >= plaintext.length));
  }
  const ciphertext = new Uint8Array(Buffer.concat(segments));
  return { ...secrets, ciphertext, hash: createHash("sha256").update(ciphertext).digest("hex") };
}
