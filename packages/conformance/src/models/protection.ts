/** Envelopes, media objects and signatures opened by the letter of the specification, with node:crypto alone. */
import {
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
  verify,
} from "node:crypto";

export const SEGMENT_BYTES = 16_384;
export const PIECE_BYTES = 16_368;
const TAG_BYTES = 16;

const hkdf = (key: Uint8Array, salt: Uint8Array, info: string) =>
  Buffer.from(hkdfSync("sha256", key, salt, Buffer.from(info, "utf8"), 32));

/** Public key of an uncompressed point on `crv`. @throws when the point is not on the curve */
function keyOfPoint(point: Uint8Array): KeyObject {
  if (point.length !== 65 || point[0] !== 4) throw new Error("no uncompressed P-256 point of 65 bytes");
  const b64 = (from: number) => Buffer.from(point.subarray(from, from + 32)).toString("base64url");
  return createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x: b64(1), y: b64(33) } });
}

/** RFC 3394 with the default initial value. @throws when the integrity check fails */
function unwrap(kek: Uint8Array, wrapped: Uint8Array): Buffer {
  const decipher = createDecipheriv("id-aes256-wrap", kek, Buffer.alloc(8, 0xa6));
  return Buffer.concat([decipher.update(wrapped), decipher.final()]);
}

/** What binds an envelope. */
export interface EnvelopeIds {
  readonly deviceId: string;
  readonly keyId: string;
  readonly renditionId: string;
}

/** The content key in an envelope; null when it does not open. */
export function openEnvelope(
  agreement: KeyObject,
  ephemeralPoint: Uint8Array,
  wrapped: Uint8Array,
  { deviceId, keyId, renditionId }: EnvelopeIds,
): Buffer | null {
  try {
    const shared = diffieHellman({ privateKey: agreement, publicKey: keyOfPoint(ephemeralPoint) });
    const info = `segue/envelope/v1\0${deviceId}\0${keyId}\0${renditionId}`;
    return unwrap(hkdf(shared, Buffer.alloc(32), info), wrapped);
  } catch {
    return null;
  }
}

/** Key schedule of a media object. */
export interface MediaKeys {
  readonly contentKey: Uint8Array;
  readonly salt: Uint8Array;
  readonly noncePrefix: Uint8Array;
  readonly renditionId: string;
}

function openWith(key: Buffer, nonce: Buffer, sealed: Uint8Array, data?: Buffer): Buffer | null {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, nonce);
    if (data) decipher.setAAD(data);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

function nonceOf(prefix: Uint8Array, index: number, flag: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.set(prefix, 0);
  nonce.writeUInt32BE(index, 7);
  nonce[11] = flag;
  return nonce;
}

/** A media object opened whole, or the requirement that it breaks and how. */
export type Opened =
  | { readonly plaintext: Buffer }
  | { readonly broken: string; readonly expected: string; readonly got: string };

/** Opens `object` segment by segment; when one does not open, tries to tell which rule the server broke. */
export function openMedia(object: Uint8Array, keys: MediaKeys): Opened {
  const { contentKey, salt, noncePrefix, renditionId } = keys;
  const key = hkdf(contentKey, salt, `segue/media/v1\0${renditionId}`);
  const count = Math.ceil(object.length / SEGMENT_BYTES);
  const pieces: Buffer[] = [];
  for (let index = 0; index < count; index++) {
    const sealed = object.subarray(index * SEGMENT_BYTES, (index + 1) * SEGMENT_BYTES);
    if (sealed.length <= TAG_BYTES)
      return {
        broken: "PLAY-010",
        expected: "a last piece of 1 to 16,368 bytes",
        got: `${sealed.length - TAG_BYTES} bytes`,
      };
    const last = index === count - 1;
    const opened = openWith(key, nonceOf(noncePrefix, index, last ? 1 : 0), sealed);
    if (opened === null) return diagnose(keys, key, sealed, index, last);
    pieces.push(opened);
  }
  return { plaintext: Buffer.concat(pieces) };
}

function diagnose(keys: MediaKeys, key: Buffer, sealed: Uint8Array, index: number, last: boolean): Opened {
  const { noncePrefix, contentKey, salt, renditionId } = keys;
  const flag = last ? 1 : 0;
  const expected = `segment ${index} opens`;
  const nonces: readonly (readonly [number, number, string])[] = [
    [index, 1 - flag, `its nonce ends with ${1 - flag}`],
    [index + 1, flag, "its nonce counts from 1"],
    [index - 1, flag, "its nonce counts from -1"],
  ];
  for (const [at, otherFlag, got] of nonces)
    if (at >= 0 && openWith(key, nonceOf(noncePrefix, at, otherFlag), sealed))
      return { broken: "PLAY-013", expected, got };
  for (const info of [`segue/media/v1${renditionId}`, "segue/media/v1\0", renditionId])
    if (openWith(hkdf(contentKey, salt, info), nonceOf(noncePrefix, index, flag), sealed))
      return { broken: "PLAY-012", expected, got: `its key is derived with ${JSON.stringify(info)}` };
  return { broken: "PLAY-011", expected, got: "it does not authenticate" };
}

/** Whether `signature` is Ed25519 by `x` over `label` ‖ 0x00 ‖ `payload`. */
export function isSigned(label: string, payload: Uint8Array, signature: Uint8Array, x: string): boolean {
  try {
    const key = createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x } });
    return verify(null, Buffer.concat([Buffer.from(`${label}\0`, "utf8"), payload]), key, signature);
  } catch {
    return false;
  }
}
