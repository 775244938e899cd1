/** What every implementation of the store of signing keys must do. */
import { createHash } from "node:crypto";
import type { NewSigningKey, SigningKeyStore } from "../modules/license/signing-key-store";
import { type SuiteTools, storeTests } from "./suite-tools";

/** A store without keys. */
export interface SigningKeyStoreSubject {
  readonly store: SigningKeyStore;
  close(): Promise<void>;
}

const NOW = 1_800_000_000_000;
const keyOf = (name: string, replacesCompromised = false): NewSigningKey => ({
  seed: new Uint8Array(createHash("sha256").update(name).digest()),
  publishedAtMs: NOW,
  signsFromMs: NOW + name.length,
  replacesCompromised,
});

/** @param open Makes a store that nobody else uses */
export function signingKeyStoreSuite(tools: SuiteTools, open: () => Promise<SigningKeyStoreSubject>): void {
  const { describe, equal } = tools;
  const withStore = storeTests(tools, open);

  describe("a signing key", () => {
    withStore("comes back as it was made, after those that were made before", async (store) => {
      equal(await store.list(), []);
      const [a, b] = [keyOf("a"), keyOf("of two", true)];
      equal([await store.add(a), await store.add(b)], [2, 3]);
      const kept = ({ publishedAtMs: _, ...key }: NewSigningKey, generation: number) => ({
        generation,
        ...key,
      });
      equal(await store.list(), [kept(a, 2), kept(b, 3)]);
    });
    withStore("has a generation of its own, also when several are made at once", async (store) => {
      const made = await Promise.all(["a", "b", "c", "d"].map((name) => store.add(keyOf(name))));
      equal(made.sort(), [2, 3, 4, 5]);
      equal((await store.list()).length, 4);
    });
  });
}
