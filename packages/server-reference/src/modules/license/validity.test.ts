import { createPublicKey, verify } from "node:crypto";
import { idFromBytes, type KeyId, type Plan, type SignedPayload, type Validity } from "@segue/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstSeed, SigningKeys, signingKey } from "./signing-keys";
import { ValidityIssuer } from "./validity";
import type { IssuedValidity, ValidityStore } from "./validity-store";

const HOUR_MS = 3_600_000;
const deviceId = idFromBytes("device", new Uint8Array(16).fill(1));
const userId = idFromBytes("user", new Uint8Array(16).fill(2));
const key = (generation: number) =>
  signingKey(generation, firstSeed(new Uint8Array(32).fill(2 + generation)));

class MemoryStore implements ValidityStore {
  seq = 0;
  kept: IssuedValidity | null = null;
  revoked: readonly KeyId[] = [];
  async nextSeq(_id: unknown, heldSeq: number) {
    this.seq = Math.max(this.seq, heldSeq) + 1;
    return this.seq;
  }
  async last() {
    return this.kept;
  }
  async keep(issued: IssuedValidity) {
    this.kept = issued;
  }
  revokedKeyIds = async () => this.revoked;
}

const encode = (validity: Validity) => new TextEncoder().encode(JSON.stringify(validity));
const decode = (signed: SignedPayload) => JSON.parse(new TextDecoder().decode(signed.payload)) as Validity;
const setUp = (store = new MemoryStore(), generation = 1) => ({
  store,
  issuer: new ValidityIssuer({
    keys: { at: async () => new SigningKeys(key(generation)) },
    store,
    revokedKeyIds: store.revokedKeyIds,
    encode,
  }),
});
const holder = (plan: Plan) => ({ deviceId, userId, plan });

describe("ValidityIssuer", () => {
  it("gives streaming 24 hours and premium 30 days with the offline right", async () => {
    const free = decode(await setUp().issuer.current(holder("free"), 0));
    expect(free).toMatchObject({ offlineAllowed: false, notAfterMs: 24 * HOUR_MS });
    const premium = decode(await setUp().issuer.current(holder("premium"), 0));
    expect(premium).toMatchObject({
      offlineAllowed: true,
      notAfterMs: 720 * HOUR_MS,
      renewAfterMs: 24 * HOUR_MS,
    });
  });

  it("signs what GET /v1/license/keys verifies, also after the keys were rotated", async () => {
    const signed = await setUp().issuer.current(holder("free"), 0);
    const rotated = new SigningKeys(key(2), [key(1)]);
    expect(rotated.currentKid).not.toBe(signed.signingKeyId);
    const { kty, crv, x } = rotated.list().find((key) => key.kid === signed.signingKeyId)!;
    const published = createPublicKey({ key: { kty, crv, x }, format: "jwk" });
    const bytes = Buffer.concat([Buffer.from("segue/validity/v1\0"), signed.payload]);
    expect(verify(null, bytes, published, signed.signature)).toBe(true);
    bytes[bytes.length - 1]! ^= 1;
    expect(verify(null, bytes, published, signed.signature)).toBe(false);
  });

  it("repeats a validity for a day, and then issues a higher one", async () => {
    const { issuer, store } = setUp();
    const first = await issuer.current(holder("premium"), 0);
    expect(await issuer.current(holder("premium"), 24 * HOUR_MS - 1)).toBe(first);
    expect(decode(await issuer.current(holder("premium"), 24 * HOUR_MS)).seq).toBe(2);
    const restarted = setUp(store);
    expect(decode(await restarted.issuer.current(holder("premium"), 24 * HOUR_MS + 1)).seq).toBe(2);
  });

  it("gives a burst of requests one validity", async () => {
    const { issuer } = setUp();
    const all = await Promise.all(Array.from({ length: 50 }, () => issuer.current(holder("free"), 5)));
    expect(new Set(all.map((signed) => decode(signed).seq))).toEqual(new Set([1]));
  });

  it("issues at once when plan, user, revocations or signing key changed, and when the device holds a higher seq", async () => {
    const { issuer, store } = setUp();
    await issuer.current(holder("free"), 0);
    expect(decode(await issuer.current(holder("premium"), 1))).toMatchObject({
      seq: 2,
      offlineAllowed: true,
    });
    const keyId = idFromBytes("key", new Uint8Array(16).fill(9));
    store.revoked = [keyId];
    expect(decode(await issuer.current(holder("premium"), 2))).toMatchObject({
      seq: 3,
      revokedKeyIds: [keyId],
    });
    const other = { ...holder("premium"), userId: idFromBytes("user", new Uint8Array(16).fill(8)) };
    expect(decode(await issuer.current(other, 3)).seq).toBe(4);
    expect(decode(await setUp(store, 2).issuer.current(other, 4)).seq).toBe(5);
    expect(decode(await issuer.current(other, 5, 70)).seq).toBe(71);
  });

  it("gives a newer one to a device that holds the last, and the last to one that holds an older", async () => {
    const { issuer } = setUp();
    await issuer.current(holder("free"), 0);
    expect(decode(await issuer.current(holder("free"), 1, 1)).seq).toBe(2);
    expect(decode(await issuer.current(holder("free"), 2, 1)).seq).toBe(2);
  });

  it("never repeats or lowers a seq for something new, whatever happens", async () => {
    const step = fc.record({
      plan: fc.constantFrom<Plan>("free", "premium"),
      hours: fc.integer({ min: -5, max: 30 }),
      restart: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        let { issuer, store } = setUp();
        let now = 1000 * HOUR_MS;
        let last: Validity | null = null;
        for (const { plan, hours, restart } of steps) {
          now += hours * HOUR_MS;
          if (restart) issuer = setUp(store).issuer;
          const next = decode(await issuer.current(holder(plan), now));
          expect(next.plan).toBe(plan);
          expect(next.notAfterMs).toBeGreaterThan(now);
          if (last && JSON.stringify(next) !== JSON.stringify(last))
            expect(next.seq).toBeGreaterThan(last.seq);
          last = next;
        }
      }),
    );
  });
});
