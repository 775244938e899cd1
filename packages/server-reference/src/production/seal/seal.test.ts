import { createHash, webcrypto } from "node:crypto";
import * as core from "@segue/core";
import { describe, expect, it } from "vitest";
import { protectRendition } from "../testing/sealed";

describe("media objects", () => {
  const secret = new Uint8Array(32).fill(9);
  const crypto = webcrypto as unknown as core.CryptoPort;

  it("open with the protocol's own functions", async () => {
    for (const length of [
      1,
      core.SEGMENT_PLAINTEXT_BYTES,
      core.SEGMENT_PLAINTEXT_BYTES + 1,
      3 * core.SEGMENT_PLAINTEXT_BYTES + 5,
    ]) {
      const plain = createHash("shake256", { outputLength: length }).update("x").digest();
      const sealed = await protectRendition(secret, plain);
      const key = await core.deriveSegmentKey(crypto, sealed.contentKey, sealed.salt, sealed.renditionId);
      const parts: Uint8Array[] = [];
      const count = core.segmentCount(sealed.ciphertext.length);
      for (let index = 0; index < count; index++) {
        const piece = sealed.ciphertext.subarray(
          index * core.SEGMENT_BYTES,
          (index + 1) * core.SEGMENT_BYTES,
        );
        const { noncePrefix, ciphertext } = sealed;
        parts.push(await core.openSegment(crypto, key, noncePrefix, index, ciphertext.length, piece));
      }
      expect(Buffer.compare(Buffer.concat(parts), plain)).toBe(0);
    }
  });

  it("depend on the secret and on every byte, and on nothing else", async () => {
    const plain = new Uint8Array(100).fill(1);
    expect(await protectRendition(secret, plain)).toEqual(await protectRendition(secret, plain));
    const sealed = await protectRendition(secret, plain);
    expect(sealed.keyId).not.toBe((await protectRendition(new Uint8Array(32), plain)).keyId);
    expect(sealed.noncePrefix).not.toEqual((await protectRendition(secret, plain.fill(2, 99))).noncePrefix);
  });
});
