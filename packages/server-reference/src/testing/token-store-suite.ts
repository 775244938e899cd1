/** What every implementation of the token store must do. */
import { createHash } from "node:crypto";
import { idFromBytes } from "@segue/core";
import { ACCESS_TOKEN, type Issued, type TokenStore } from "../modules/auth/token-store";
import type { UserStore } from "../modules/auth/user-store";
import type { SuiteTools } from "./suite-tools";

/** A store that has kept nothing, and the users of the same server. */
export interface TokenStoreSubject {
  readonly store: TokenStore;
  readonly users: UserStore;
  close(): Promise<void>;
}

const NOW = 1_800_000_000_000;
const ADA = idFromBytes("user", new Uint8Array(createHash("sha256").update("ada").digest()));
/** Text that databases and their JSON trip over. */
const PAYLOAD = {
  text: "ß 🎧 ' \" \\ % \0 \ud800",
  deep: { list: [1, 1.5, -0.25, true, null, { accountId: "somebody" }] },
  number: Number.MAX_SAFE_INTEGER,
};

function issued(model: string, id: string, more: Partial<Issued> = {}): Issued {
  const nothing = { userId: null, grantId: null, userCode: null, uid: null, expiresAtMs: null };
  return { model, id, payload: { id }, ...nothing, ...more };
}

/** @param open Makes a store that nobody else uses */
export function tokenStoreSuite(
  { describe, test, equal }: SuiteTools,
  open: () => Promise<TokenStoreSubject>,
): void {
  const withStore = (name: string, body: (store: TokenStore, users: UserStore) => Promise<void>) =>
    test(name, async () => {
      const { store, users, close } = await open();
      try {
        await body(store, users);
      } finally {
        await close();
      }
    });
  /** Which of `ids` the model has. */
  const kept = async (store: TokenStore, model: string, ids: readonly string[]) => {
    const found = await Promise.all(ids.map((id) => store.find(model, id)));
    return ids.filter((_, i) => found[i] !== null);
  };

  describe("what was issued", () => {
    withStore("comes back to the letter, under its model alone", async (store) => {
      await store.save(issued("Grant", "a", { payload: PAYLOAD, expiresAtMs: NOW }));
      equal(await store.find("Grant", "a"), { payload: PAYLOAD, expiresAtMs: NOW, consumedAtS: null });
      await store.save(issued("Session", "a"));
      equal(await store.find("Session", "a"), { payload: { id: "a" }, expiresAtMs: null, consumedAtS: null });
      equal([await store.find("Grant", "b"), await store.find("Client", "a")], [null, null]);
      equal([await store.find("Grant", "a\0"), await store.findByUid("Grant", "\ud800")], [null, null]);
    });
    withStore("is listed by whom it was issued to", async (store) => {
      const bob = idFromBytes("user", new Uint8Array(32).fill(7));
      await store.save(issued("Session", "b", { userId: ADA, expiresAtMs: NOW }));
      await store.save(issued("Session", "a", { userId: ADA }));
      await store.save(issued("Grant", "c", { userId: ADA }));
      await store.save(issued("Grant", "d", { userId: bob }));
      await store.save(issued("Grant", "e"));
      await store.consume("Grant", "c", 7);
      const nothing = { expiresAtMs: null, consumedAtS: null };
      equal(await store.listOf(ADA), [
        { model: "Grant", payload: { id: "c" }, ...nothing, consumedAtS: 7 },
        { model: "Session", payload: { id: "a" }, ...nothing },
        { model: "Session", payload: { id: "b" }, ...nothing, expiresAtMs: NOW },
      ]);
    });
    withStore("is found by user code and by uid", async (store) => {
      await store.save(issued("DeviceCode", "a", { userCode: "BCDF" }));
      await store.save(issued("Session", "b", { uid: "u" }));
      const found = (id: string) => ({ payload: { id }, expiresAtMs: null, consumedAtS: null });
      equal(await store.findByUserCode("DeviceCode", "BCDF"), found("a"));
      equal(await store.findByUid("Session", "u"), found("b"));
      equal(
        [
          await store.findByUserCode("DeviceCode", "u"),
          await store.findByUserCode("Session", "BCDF"),
          await store.findByUid("Session", "BCDF"),
          await store.findByUid("DeviceCode", "u"),
        ],
        [null, null, null, null],
      );
    });
    withStore("gives way, unused, to what is saved under the same id", async (store) => {
      const first = issued("Session", "a", { uid: "u", userCode: "c", userId: ADA, expiresAtMs: NOW });
      await store.save(first);
      await store.consume("Session", "a", 7);
      await store.save(issued("Session", "a", { payload: { second: true }, uid: "v" }));
      const second = { payload: { second: true }, expiresAtMs: null, consumedAtS: null };
      equal([await store.find("Session", "a"), await store.findByUid("Session", "v")], [second, second]);
      equal(
        [await store.findByUid("Session", "u"), await store.findByUserCode("Session", "c")],
        [null, null],
      );
    });
    withStore("is saved once by those who do so at the same time", async (store) => {
      const all = Array.from({ length: 8 }, (_, i) => store.save(issued("Grant", "a", { payload: { i } })));
      await Promise.all(all);
      equal(await kept(store, "Grant", ["a"]), ["a"]);
    });
    withStore("is used up once, by one of those who try at the same time", async (store) => {
      for (const model of ["RefreshToken", "AuthorizationCode"]) await store.save(issued(model, "a"));
      const tries = Array.from({ length: 8 }, () => store.consume("RefreshToken", "a", 1_800_000_000));
      equal((await Promise.all(tries)).filter((used) => used).length, 1);
      equal((await store.find("RefreshToken", "a"))?.consumedAtS, 1_800_000_000);
      equal((await store.find("AuthorizationCode", "a"))?.consumedAtS, null);
      equal(
        [await store.consume("RefreshToken", "a", 1), await store.consume("Grant", "a", 1)],
        [false, false],
      );
      equal((await store.find("RefreshToken", "a"))?.consumedAtS, 1_800_000_000);
    });
    withStore("is removed alone, or all of a grant at once", async (store) => {
      for (const id of ["a", "b", "c"])
        await store.save(issued("RefreshToken", id, { grantId: id === "c" ? "other" : "grant" }));
      await store.save(issued(ACCESS_TOKEN, "a", { grantId: "grant" }));
      await store.save(issued(ACCESS_TOKEN, "d"));
      await store.remove("RefreshToken", "a");
      await store.remove("RefreshToken", "unknown");
      equal(await kept(store, "RefreshToken", ["a", "b", "c"]), ["b", "c"]);
      equal(await kept(store, ACCESS_TOKEN, ["a", "d"]), ["a", "d"]);
      await store.removeGrant("grant");
      equal(await kept(store, "RefreshToken", ["a", "b", "c"]), ["c"]);
      equal(await kept(store, ACCESS_TOKEN, ["a", "d"]), ["d"]);
    });
    withStore("stays after its end, until what expired before is removed", async (store) => {
      for (const [id, expiresAtMs] of [
        ["a", NOW - 1],
        ["b", NOW],
        ["c", NOW + 1],
        ["d", null],
      ] as const)
        await store.save(issued("Session", id, { expiresAtMs }));
      equal(await kept(store, "Session", ["a", "b", "c", "d"]), ["a", "b", "c", "d"]);
      await store.removeExpired(NOW);
      equal(await kept(store, "Session", ["a", "b", "c", "d"]), ["b", "c", "d"]);
    });
  });

  describe("an access token", () => {
    const said = { login: "ada", name: "Ada", plan: "free", market: "DE", explicitFilter: true } as const;

    withStore("says whose it is, as they are now", async (store, users) => {
      await users.add({ id: ADA, ...said, passwordHash: null }, NOW);
      await store.save(issued(ACCESS_TOKEN, "a", { userId: ADA, expiresAtMs: NOW }));
      const user = { id: ADA, ...said, createdAtMs: NOW, claimsIssuedAtMs: null };
      equal(await store.findAccess("a"), { expiresAtMs: NOW, user });
      await users.change(ADA, { plan: "premium" });
      equal(await store.findAccess("a"), { expiresAtMs: NOW, user: { ...user, plan: "premium" } });
    });
    withStore("is nobody's when its user is not there", async (store) => {
      await store.save(issued(ACCESS_TOKEN, "a", { userId: ADA }));
      await store.save(issued(ACCESS_TOKEN, "b"));
      const nobody = { expiresAtMs: null, user: null };
      equal([await store.findAccess("a"), await store.findAccess("b")], [nobody, nobody]);
    });
    withStore("is nothing else that was issued", async (store, users) => {
      await users.add({ id: ADA, ...said, passwordHash: null }, NOW);
      await store.save(issued("RefreshToken", "a", { userId: ADA }));
      equal(await store.findAccess("a"), null);
    });
  });

  describe("the signing key", () => {
    withStore("is the first that was kept, also when several come at once", async (store) => {
      equal(await store.findSigningKey(), null);
      const keys = [1, 2, 3, 4].map((first) => new Uint8Array([first, 0, 255]));
      const given = await Promise.all(keys.map((key) => store.addSigningKey(key, NOW)));
      const key = await store.findSigningKey();
      equal(
        given,
        given.map(() => key),
      );
      equal(
        keys.some((each) => each[0] === key?.[0]),
        true,
      );
    });
  });
}
