/** What every implementation of the storage ports must do. Call from a test file with vitest's functions. */
import type { CredentialStore, TokenSet } from "../ports/credentials";
import type { IndexStore } from "../ports/index-store";
import type { KeyStore } from "../ports/key-store";
import type { SuiteTools } from "./suite-tools";

const tokens = (accessToken: string): TokenSet => ({
  accessToken,
  refreshToken: "r",
  expiresAt: 1_700_000_000_000,
  issuer: "https://login.example",
});

/** @param open Opens the store; twice with the same storage behind it */
export function credentialStoreSuite(
  { describe, test, equal }: SuiteTools,
  open: () => CredentialStore,
): void {
  describe("a credential store", () => {
    test("gives back what was saved, and null once it was forgotten", async () => {
      const store = open();
      await store.save(tokens("a"));
      equal(await store.load(), tokens("a"));
      await store.save(tokens("b"));
      equal((await store.load())?.accessToken, "b");
      await store.save(null);
      equal(await store.load(), null);
    });

    test("runs exclusive tasks one after the other, also after one has failed", async () => {
      const store = open();
      const seen: string[] = [];
      const task = (name: string, fail = false) =>
        store.exclusive(async () => {
          seen.push(`${name} begins`);
          await new Promise((resolve) => setTimeout(resolve, 5));
          seen.push(`${name} ends`);
          if (fail) throw new Error("as asked");
        });
      await Promise.allSettled([task("1", true), task("2"), task("3")]);
      equal(seen, ["1 begins", "1 ends", "2 begins", "2 ends", "3 begins", "3 ends"]);
    });
  });
}

export function indexStoreSuite({ describe, test, equal }: SuiteTools, open: () => IndexStore): void {
  describe("an index store", () => {
    test("gives back JSON values under any key, and null for what it does not hold", async () => {
      const store = open();
      for (const key of ["user", "a/b", "../up", "ключ", "con"]) {
        await store.put(key, { key, list: [1, null, "x"], nested: { yes: true } });
        equal(await store.get(key), { key, list: [1, null, "x"], nested: { yes: true } });
      }
      await store.delete("user");
      equal(await store.get("user"), null);
      equal(await store.get("never"), null);
      await store.delete("never");
    });

    test("does not share the value with who stored it", async () => {
      const store = open();
      const value = { n: 1 };
      await store.put("k", value);
      value.n = 2;
      equal(await store.get("k"), { n: 1 });
    });
  });
}

export function keyStoreSuite({ describe, test, equal }: SuiteTools, open: () => KeyStore): void {
  describe("a key store", () => {
    test("makes one pair of pairs and gives the same to everybody", async () => {
      const store = open();
      const [first, second] = await Promise.all([store.loadOrCreate(), store.loadOrCreate()]);
      equal([...first.identity.publicKey], [...second.identity.publicKey]);
      equal([...first.agreement.publicKey], [...(await store.loadOrCreate()).agreement.publicKey]);
      equal([first.identity.publicKey.length, first.identity.publicKey[0]], [65, 4]);
    });

    test("gives keys that sign and agree", async () => {
      const { identity, agreement } = await open().loadOrCreate();
      const data = new TextEncoder().encode("data");
      const algorithm = { name: "ECDSA", hash: "SHA-256" };
      const signature = await crypto.subtle.sign(algorithm, identity.privateKey, data);
      const importKey = (kind: string, raw: Uint8Array, usages: KeyUsage[]) =>
        crypto.subtle.importKey(
          "raw",
          raw as BufferSource,
          { name: kind, namedCurve: "P-256" },
          true,
          usages,
        );
      const verifier = await importKey("ECDSA", identity.publicKey, ["verify"]);
      equal(await crypto.subtle.verify(algorithm, verifier, signature, data), true);
      const peer = await importKey("ECDH", agreement.publicKey, []);
      const bits = await crypto.subtle.deriveBits({ name: "ECDH", public: peer }, agreement.privateKey, 256);
      equal(bits.byteLength, 32);
    });

    test("makes another device once it was cleared", async () => {
      const store = open();
      const before = await store.loadOrCreate();
      await store.clear();
      equal(
        [...before.identity.publicKey].join() === [...(await store.loadOrCreate()).identity.publicKey].join(),
        false,
      );
    });
  });
}
