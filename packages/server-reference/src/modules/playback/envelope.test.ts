import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { agreeOnEnvelopes, type EnvelopeIds, idFromBytes, wrapContentKey } from "@segue/core";
import { describe, expect, it } from "vitest";
import { nodeCrypto } from "../../node-crypto";
import { EnvelopeWrapper } from "./envelope";

function device() {
  const pair = createECDH("prime256v1");
  pair.generateKeys();
  return {
    pair,
    id: idFromBytes("device", randomBytes(16)),
    agreementKey: new Uint8Array(pair.getPublicKey()),
  };
}
function key() {
  const keyId = idFromBytes("key", randomBytes(16));
  return {
    keyId,
    renditionId: idFromBytes("rendition", randomBytes(16)),
    contentKey: new Uint8Array(randomBytes(32)),
  };
}
type Envelope = ReturnType<EnvelopeWrapper["wrap"]>;

/** Opens as docs/architecture.md says, step by step. */
function open(envelope: Envelope, pair: ReturnType<typeof createECDH>, deviceId: string): Buffer {
  const shared = pair.computeSecret(envelope.ephemeralPublicKey);
  const info = `segue/envelope/v1\0${deviceId}\0${envelope.keyId}\0${envelope.renditionId}`;
  const kek = new Uint8Array(hkdfSync("sha256", shared, new Uint8Array(32), info, 32));
  const decipher = createDecipheriv("id-aes256-wrap", kek, Buffer.alloc(8, 0xa6));
  return Buffer.concat([decipher.update(envelope.wrappedKey), decipher.final()]);
}

const vectors = new URL("../../../../conformance/vectors/v1/protection/envelope.json", import.meta.url);
type Names = "ephemeralPrivateKey" | "ephemeralPublicKey" | "devicePublicKey" | "contentKey" | "wrappedKey";
type Case = EnvelopeIds & Readonly<Record<"name" | Names, string>>;
const cases: readonly Case[] = JSON.parse(readFileSync(vectors, "utf8")).cases;
it.each(cases)("Node's cryptography wraps: $name", (each) => {
  const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
  const ephemeral = createECDH("prime256v1");
  ephemeral.setPrivateKey(bytes(each.ephemeralPrivateKey));
  const shared = ephemeral.computeSecret(bytes(each.devicePublicKey));
  const agreement = agreeOnEnvelopes(nodeCrypto, shared, bytes(each.ephemeralPublicKey));
  const { wrappedKey } = wrapContentKey(nodeCrypto, agreement, bytes(each.contentKey), each);
  expect(Buffer.from(wrappedKey).toString("hex")).toBe(each.wrappedKey);
});

describe("EnvelopeWrapper", () => {
  const wrapper = new EnvelopeWrapper();

  it("makes envelopes that their device opens, of the sizes in the specification", () => {
    const mine = device();
    const many = Array.from({ length: 3 }, key);
    for (const one of many) {
      const envelope = wrapper.wrap(mine, one, 0);
      expect(open(envelope, mine.pair, mine.id)).toEqual(Buffer.from(one.contentKey));
      expect(envelope.wrappedKey.length).toBe(40);
      expect(envelope.ephemeralPublicKey.length).toBe(65);
    }
  });

  it("makes envelopes that no other device opens, nor the same one under another name or rendition", () => {
    const mine = device();
    const other = device();
    const envelope = wrapper.wrap(mine, key(), 0);
    expect(() => open(envelope, other.pair, mine.id)).toThrow();
    expect(() => open(envelope, mine.pair, other.id)).toThrow();
    expect(() => open({ ...envelope, renditionId: key().renditionId }, mine.pair, mine.id)).toThrow();
  });

  it("agrees anew after an hour, and when the device's key changes", () => {
    const mine = device();
    const one = key();
    const first = wrapper.wrap(mine, one, 0);
    expect(wrapper.wrap(mine, one, 1000).ephemeralPublicKey).toEqual(first.ephemeralPublicKey);
    expect(wrapper.wrap(mine, one, 3_600_000).ephemeralPublicKey).not.toEqual(first.ephemeralPublicKey);
    const replaced = { ...device(), id: mine.id };
    const envelope = wrapper.wrap(replaced, one, 3_600_001);
    expect(open(envelope, replaced.pair, mine.id)).toEqual(Buffer.from(one.contentKey));
  });

  it("fails with `internal` when the registered key is no point of the curve", () => {
    const bad = { id: idFromBytes("device", randomBytes(16)), agreementKey: new Uint8Array(65).fill(4) };
    expect(() => wrapper.wrap(bad, key(), 0)).toThrow(expect.objectContaining({ code: "internal" }));
  });
});
