import { createECDH, webcrypto } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { agree, syncCrypto } from "../../test/node-crypto";
import { numberedId } from "../testing/builders";
import { sealMedia } from "../testing/seal-media";
import type { CryptoPort, KeyPort } from "./crypto-port";
import { deviceIdOf, signDeviceProof, verifyDeviceProof } from "./device-proof";
import { openEnvelope, wrapContentKey } from "./envelope";
import { deriveContentKey, deriveRendition, deriveSegmentKey } from "./key-schedule";
import {
  ciphertextLength,
  isLastSegment,
  SEGMENT_BYTES,
  SEGMENT_PLAINTEXT_BYTES,
  segmentCount,
  segmentNonce,
  segmentRange,
  segmentsOf,
  TAG_BYTES,
} from "./layout";
import { openSegment, segmentSeals } from "./segments";
import { timeProofSignedBytes, validitySignedBytes, verifyEd25519 } from "./signed-bytes";

const crypto: CryptoPort = webcrypto;
const prefix = new Uint8Array(7).fill(9);
const contentKey = new Uint8Array(32).fill(1);
const salt = new Uint8Array(32).fill(2);
let sealing: KeyPort;
let opening: KeyPort;
beforeAll(async () => {
  sealing = await deriveSegmentKey(crypto, contentKey, salt, numberedId("rendition", 1), ["encrypt"]);
  opening = await deriveSegmentKey(crypto, contentKey, salt, numberedId("rendition", 1));
});

const plainOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);
const lengths = fc.oneof(
  fc.integer({ min: 1, max: 60_000 }),
  fc.constantFrom(
    1,
    SEGMENT_PLAINTEXT_BYTES - 1,
    SEGMENT_PLAINTEXT_BYTES,
    SEGMENT_PLAINTEXT_BYTES + 1,
    2 * SEGMENT_PLAINTEXT_BYTES,
  ),
);

async function openAll(media: Uint8Array, key = opening): Promise<Uint8Array> {
  const pieces: number[] = [];
  const count = segmentCount(media.length);
  for (let index = 0; index < count; index++) {
    const { start, length } = segmentRange(index, media.length);
    pieces.push(
      ...(await openSegment(crypto, key, prefix, index, media.length, media.subarray(start, start + length))),
    );
  }
  return Uint8Array.from(pieces);
}

describe("layout", () => {
  test("lengths go there and back, and segments tile the object", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (plain) => {
        const cipher = ciphertextLength(plain);
        expect(cipher - segmentCount(cipher) * TAG_BYTES).toBe(plain);
        const last = segmentCount(cipher) - 1;
        expect(isLastSegment(last, cipher)).toBe(true);
        const { start, length } = segmentRange(last, cipher);
        expect(start + length).toBe(cipher);
        expect(length).toBeGreaterThan(16);
      }),
    ));
  test("no object has a last segment of a bare tag", () => {
    for (const length of [0, 1, 16, SEGMENT_BYTES + 1, SEGMENT_BYTES + 16, -1, 1.5])
      expect(() => segmentCount(length)).toThrow(RangeError);
    expect(() => ciphertextLength(0)).toThrow(RangeError);
  });
  test("nonces differ whenever index or last flag differ", () =>
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.nat(2 ** 32 - 1), fc.boolean(), fc.boolean(), (a, b, x, y) => {
        expect(segmentNonce(prefix, a, x).join() === segmentNonce(prefix, b, y).join()).toBe(
          a === b && x === y,
        );
      }),
    ));
  test("a nonce is the prefix, the index in big endian and the flag", () =>
    expect([...segmentNonce(prefix, 0x01020304, true)]).toEqual([9, 9, 9, 9, 9, 9, 9, 1, 2, 3, 4, 1]));
});

describe("segments", () => {
  test("of a plaintext follow each other to its end, each under the nonce by which it is opened", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200_000 }), (length) => {
        const media = ciphertextLength(length);
        let end = 0;
        let index = 0;
        for (const seal of segmentSeals(prefix, length)) {
          expect([seal.start, seal.length + TAG_BYTES]).toEqual([end, segmentRange(index, media).length]);
          expect(seal.nonce).toEqual(segmentNonce(prefix, index, isLastSegment(index, media)));
          end += seal.length;
          index++;
        }
        expect([end, index]).toEqual([length, segmentCount(media)]);
      }),
    ));
  test("of nothing do not exist", () => expect(() => [...segmentSeals(prefix, 0)]).toThrow(RangeError));
  test("any range decrypts to the slice of the plaintext", () =>
    fc.assert(
      fc.asyncProperty(
        lengths,
        fc.nat(60_000),
        fc.integer({ min: 1, max: 30_000 }),
        async (length, from, size) => {
          const plain = plainOf(length);
          const media = await sealMedia(crypto, sealing, prefix, plain);
          expect(media.length).toBe(ciphertextLength(length));
          const start = from % length;
          const end = Math.min(length, start + size);
          const { first, last } = segmentsOf(start, end);
          const opened: number[] = [];
          for (let index = first; index <= last; index++) {
            const range = segmentRange(index, media.length);
            const cipher = media.subarray(range.start, range.start + range.length);
            opened.push(...(await openSegment(crypto, opening, prefix, index, media.length, cipher)));
          }
          const base = first * SEGMENT_PLAINTEXT_BYTES;
          expect(
            Buffer.from(opened.slice(start - base, end - base)).equals(
              Buffer.from(plain.subarray(start, end)),
            ),
          ).toBe(true);
        },
      ),
      { numRuns: 30 },
    ));
  const refused = async (media: Uint8Array) => {
    const codes = await openAll(media).then(
      () => "opened",
      (error: { code?: string; name?: string }) => error.code ?? error.name,
    );
    expect(["segment_corrupt", "media_truncated", "RangeError"]).toContain(codes);
  };
  test("a flipped bit anywhere is noticed", () =>
    fc.assert(
      fc.asyncProperty(lengths, fc.nat(), fc.nat(7), async (length, at, bit) => {
        const media = await sealMedia(crypto, sealing, prefix, plainOf(length));
        media[at % media.length]! ^= 1 << bit;
        await refused(media);
      }),
      { numRuns: 30 },
    ));
  test("an object that was cut or extended anywhere is noticed", () =>
    fc.assert(
      fc.asyncProperty(lengths, fc.nat(), async (length, cut) => {
        const media = await sealMedia(crypto, sealing, prefix, plainOf(length));
        await refused(media.subarray(0, cut % media.length));
        const longer = new Uint8Array(media.length + 1 + (cut % 20_000));
        longer.set(media);
        await refused(longer);
      }),
      { numRuns: 20 },
    ));
  test("cutting at a segment's end, and swapping two segments, are noticed", async () => {
    const media = await sealMedia(crypto, sealing, prefix, plainOf(3 * SEGMENT_PLAINTEXT_BYTES));
    await refused(media.subarray(0, 2 * SEGMENT_BYTES));
    const swapped = media.slice();
    swapped.set(media.subarray(SEGMENT_BYTES, 2 * SEGMENT_BYTES), 0);
    swapped.set(media.subarray(0, SEGMENT_BYTES), SEGMENT_BYTES);
    await refused(swapped);
  });
  test("another rendition's key opens nothing", async () => {
    const media = await sealMedia(crypto, sealing, prefix, plainOf(10));
    const other = await deriveSegmentKey(crypto, contentKey, salt, numberedId("rendition", 2));
    await expect(openAll(media, other)).rejects.toMatchObject({ code: "segment_corrupt" });
  });
});

test("what protects a rendition depends on the secret and the plaintext alone, and never changes", () => {
  const hex = (value: Uint8Array) => Buffer.from(value).toString("hex");
  const [secret, digest] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const made = deriveRendition(syncCrypto, secret, digest);
  // What was sealed once is opened for ever: these must not change.
  expect({
    ...made,
    contentKey: hex(made.contentKey),
    salt: hex(made.salt),
    noncePrefix: hex(made.noncePrefix),
  }).toEqual({
    renditionId: "rnd_61144nzev5chd6mznaw910eee4",
    keyId: "key_3xrxsb5mxa14h2a1s8sm31wh0b",
    contentKey: "971a557159fc784138611f829a244493ab72d9c65a6df0d2265fec1cff1c5ddb",
    salt: "c4098a768e649194a2de931c89d67c2fdfb20ac2b4c55a477e469796b8a434e4",
    noncePrefix: "80a92ceb1dbf1b",
  });
  expect(deriveContentKey(syncCrypto, secret, digest)).toEqual(made.contentKey);
});

describe("envelopes", () => {
  const ids = {
    deviceId: numberedId("device", 1),
    keyId: numberedId("key", 1),
    renditionId: numberedId("rendition", 1),
  };
  const pair = async () => {
    const keys = await webcrypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, [
      "deriveBits",
    ]);
    return {
      privateKey: keys.privateKey,
      publicPoint: new Uint8Array(await webcrypto.subtle.exportKey("raw", keys.publicKey)),
    };
  };
  const wrapped = (agreementPoint: Uint8Array) => {
    const ephemeral = createECDH("prime256v1");
    ephemeral.generateKeys();
    return wrapContentKey(syncCrypto, agree(ephemeral, agreementPoint), contentKey, ids);
  };
  test("give the device the content key, not extractable", async () => {
    const device = await pair();
    const envelope = wrapped(device.publicPoint);
    expect(envelope.wrappedKey).toHaveLength(40);
    const key = await openEnvelope(crypto, envelope, device.privateKey, ids.deviceId);
    expect(key.extractable).toBe(false);
    const media = await sealMedia(crypto, sealing, prefix, plainOf(100));
    expect(await openAll(media, await deriveSegmentKey(crypto, key, salt, ids.renditionId))).toEqual(
      plainOf(100),
    );
  });
  test("open for no other device, key id or rendition id", async () => {
    const device = await pair();
    const envelope = wrapped(device.publicPoint);
    const stranger = numberedId("device", 2);
    await expect(openEnvelope(crypto, envelope, device.privateKey, stranger)).rejects.toMatchObject({
      code: "envelope_not_for_device",
    });
    for (const changed of [
      { deviceId: stranger },
      { keyId: numberedId("key", 2) },
      { renditionId: numberedId("rendition", 2) },
      { wrappedKey: envelope.wrappedKey.slice(1) },
      { wrappedKey: envelope.wrappedKey.map((byte, i) => (i === 20 ? byte ^ 1 : byte)) },
      { ephemeralPublicKey: new Uint8Array(65) },
    ]) {
      const forged = { ...envelope, ...changed };
      await expect(openEnvelope(crypto, forged, device.privateKey, forged.deviceId)).rejects.toMatchObject({
        code: "envelope_invalid",
      });
    }
    const thief = await pair();
    await expect(openEnvelope(crypto, envelope, thief.privateKey, ids.deviceId)).rejects.toMatchObject({
      code: "envelope_invalid",
    });
  });
});

describe("signatures", () => {
  test("a validity never passes for a time proof", async () => {
    const keys = (await webcrypto.subtle.generateKey("Ed25519", false, [
      "sign",
      "verify",
    ])) as webcrypto.CryptoKeyPair;
    const raw = new Uint8Array(await webcrypto.subtle.exportKey("raw", keys.publicKey));
    const payload = Uint8Array.of(1, 2, 3);
    const signature = new Uint8Array(
      await webcrypto.subtle.sign("Ed25519", keys.privateKey, validitySignedBytes(payload)),
    );
    expect(await verifyEd25519(crypto, raw, signature, validitySignedBytes(payload))).toBe(true);
    expect(await verifyEd25519(crypto, raw, signature, timeProofSignedBytes(payload))).toBe(false);
    expect(await verifyEd25519(crypto, raw, signature.slice(1), validitySignedBytes(payload))).toBe(false);
    expect(await verifyEd25519(crypto, new Uint8Array(3), signature, validitySignedBytes(payload))).toBe(
      false,
    );
  });
  test("a device proof holds for its challenge and keys alone", async () => {
    const identity = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, [
      "sign",
      "verify",
    ]);
    const identityKey = new Uint8Array(await webcrypto.subtle.exportKey("raw", identity.publicKey));
    const agreement = createECDH("prime256v1");
    const keys = { identityKey, agreementKey: new Uint8Array(agreement.generateKeys()) };
    const challenge = new Uint8Array(32).fill(5);
    const proof = await signDeviceProof(crypto, identity.privateKey, challenge, keys);
    expect(proof).toHaveLength(64);
    expect(await verifyDeviceProof(crypto, challenge, keys, proof)).toBe(true);
    expect(await verifyDeviceProof(crypto, new Uint8Array(32), keys, proof)).toBe(false);
    expect(
      await verifyDeviceProof(crypto, challenge, { ...keys, agreementKey: new Uint8Array(65) }, proof),
    ).toBe(false);
    const another = new Uint8Array(agreement.generateKeys());
    expect(await verifyDeviceProof(crypto, challenge, { ...keys, agreementKey: another }, proof)).toBe(false);
    expect(
      await verifyDeviceProof(crypto, challenge, { ...keys, identityKey: new Uint8Array(65) }, proof),
    ).toBe(false);
    expect(await deviceIdOf(crypto, identityKey)).toMatch(/^dev_/);
  });
  test("a device proof over an agreement key that is no point of the curve, or in another form, is none", async () => {
    const identity = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, [
      "sign",
      "verify",
    ]);
    const identityKey = new Uint8Array(await webcrypto.subtle.exportKey("raw", identity.publicKey));
    const pair = createECDH("prime256v1");
    const point = new Uint8Array(pair.generateKeys());
    const challenge = new Uint8Array(32).fill(5);
    const holds = async (agreementKey: Uint8Array) => {
      const keys = { identityKey, agreementKey };
      const proof = await signDeviceProof(crypto, identity.privateKey, challenge, keys);
      return verifyDeviceProof(crypto, challenge, keys, proof);
    };
    expect(await holds(point)).toBe(true);
    expect(await holds(new Uint8Array(65).fill(4))).toBe(false);
    expect(await holds(new Uint8Array(pair.getPublicKey(null, "hybrid")))).toBe(false);
    expect(await holds(new Uint8Array(pair.getPublicKey(null, "compressed")))).toBe(false);
  });
});
