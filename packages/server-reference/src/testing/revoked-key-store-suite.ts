/** What every implementation of the store of revoked keys must do. */
import { createHash } from "node:crypto";
import { idFromBytes } from "@segue/core";
import type { RevokedKeyStore } from "../modules/license/revoked-key-store";
import { type SuiteTools, storeTests } from "./suite-tools";

/** A store without revocations. */
export interface RevokedKeyStoreSubject {
  readonly store: RevokedKeyStore;
  close(): Promise<void>;
}

const NOW = 1_800_000_000_000;
const idOf = (name: string) => idFromBytes("key", createHash("sha256").update(name).digest());
const [A, B, C] = [idOf("a"), idOf("b"), idOf("c")];

/** @param open Makes a store that nobody else uses */
export function revokedKeyStoreSuite(tools: SuiteTools, open: () => Promise<RevokedKeyStoreSubject>): void {
  const { describe, equal } = tools;
  const withStore = storeTests(tools, open);

  describe("a revoked key", () => {
    withStore("is revoked once, until it is allowed again", async (store) => {
      equal([await store.newest(10), await store.allow(A)], [[], false]);
      equal(
        [await store.revoke(A, "withdrawn", NOW), await store.revoke(A, "again", NOW + 1)],
        [true, false],
      );
      equal(await store.newest(10), [A]);
      equal([await store.allow(A), await store.allow(A)], [true, false]);
      equal([await store.newest(10), await store.revoke(A, "after all", NOW)], [[], true]);
    });
    withStore(
      "is named before those that were revoked earlier; revoked at once, by its id",
      async (store) => {
        await store.revoke(B, "first", NOW);
        for (const key of [A, C]) await store.revoke(key, "later", NOW + 1);
        await store.revoke(B, "again, which does not make it newer", NOW + 2);
        const later = [A, C].sort();
        equal(await store.newest(3), [...later, B]);
        equal([await store.newest(2), await store.newest(1)], [later, later.slice(0, 1)]);
      },
    );
  });
}
