/** What every implementation of the user store must do. */
import { createHash } from "node:crypto";
import { idFromBytes, type UserId } from "@segue/core";
import type { TokenStore } from "../modules/auth/token-store";
import type { NewUser, UserStore } from "../modules/auth/user-store";
import type { DeviceStore } from "../modules/devices/device-store";
import type { SuiteTools } from "./suite-tools";

/** A store without users, and the other stores of the same server. */
export interface UserStoreSubject {
  readonly store: UserStore;
  readonly tokens: TokenStore;
  readonly devices: DeviceStore;
  addPlaylist(owner: UserId): Promise<void>;
  countPlaylists(): Promise<number>;
  close(): Promise<void>;
}

const NOW = 1_800_000_000_000;
const hash = (text: string) => new Uint8Array(createHash("sha256").update(text).digest());
const idOf = (login: string): UserId => idFromBytes("user", hash(login));
const ADA = idOf("ada");

function user(login: string, more: Partial<NewUser> = {}): NewUser {
  const said = { name: login, plan: "free", market: "DE", explicitFilter: false } as const;
  return { id: idOf(login), login, ...said, passwordHash: null, ...more };
}

/** `made` as it is found. */
function stored({ passwordHash: _, ...made }: NewUser, claimsIssuedAtMs: number | null = null) {
  return { ...made, createdAtMs: NOW, claimsIssuedAtMs };
}

/** @param open Makes a store that nobody else uses */
export function userStoreSuite(
  { describe, test, equal }: SuiteTools,
  open: () => Promise<UserStoreSubject>,
): void {
  const withStore = (name: string, body: (subject: UserStoreSubject) => Promise<void>) =>
    test(name, async () => {
      const subject = await open();
      try {
        await body(subject);
      } finally {
        await subject.close();
      }
    });

  /** Gives a user one of everything that goes with them. */
  async function equip({ tokens, devices, addPlaylist }: UserStoreSubject, id: UserId): Promise<void> {
    const issued = { payload: {}, userId: id, grantId: null, userCode: null, uid: null, expiresAtMs: null };
    for (const model of ["AccessToken", "Session"]) await tokens.save({ model, id, ...issued });
    const key = hash(id);
    const keys = { identityKey: key, agreementKey: key };
    const description = {
      id: idFromBytes("device", key),
      userId: id,
      name: "D",
      type: "tv",
      ...keys,
    } as const;
    await devices.register(description, NOW);
    await devices.addChallenge(id, key, NOW, NOW + 10);
    await addPlaylist(id);
  }
  /** How much of it there is: tokens and sessions, devices, challenges. */
  async function belongings({ tokens, devices }: UserStoreSubject, id: UserId): Promise<readonly number[]> {
    const found = [await tokens.find("AccessToken", id), await tokens.find("Session", id)];
    const challenge = await devices.takeChallenge(id, hash(id), NOW);
    return [found.filter((each) => each !== null).length, (await devices.list(id)).length, challenge ? 1 : 0];
  }

  describe("a user", () => {
    withStore("comes back as added, by id and by login", async ({ store }) => {
      const ada = user("ada", {
        name: "Ada '🎧' \\ %",
        plan: "premium",
        market: "SE",
        passwordHash: "scrypt$a$b",
      });
      equal(await store.add(ada, NOW), true);
      equal(await store.find(ADA), stored(ada));
      equal(await store.findByLogin("ada"), { user: stored(ada), passwordHash: "scrypt$a$b" });
      const strict = user("bob", { explicitFilter: true });
      equal(await store.add(strict, NOW), true);
      equal(await store.findByLogin("bob"), { user: stored(strict), passwordHash: null });
      equal([await store.find(idOf("eve")), await store.findByLogin("eve")], [null, null]);
      equal([await store.findByLogin("ADA"), await store.findByLogin("ad_")], [null, null]);
      equal([await store.findByLogin("ada\0"), await store.findByLogin("ada\ud800")], [null, null]);
    });
    withStore("has id and login alone, also when several come at once", async ({ store }) => {
      const others = ["a", "b", "c", "d"].map((name) => user(name, { login: "ada" }));
      const added = await Promise.all(others.map((each) => store.add(each, NOW)));
      equal(added.filter((done) => done).length, 1);
      const first = await store.findByLogin("ada");
      equal(await store.add(user("ada", { login: "ada" }), NOW), false);
      equal(await store.add(user("x", { id: first!.user.id }), NOW), false);
      equal([await store.findByLogin("ada"), await store.findByLogin("x")], [first, null]);
    });
    withStore("is listed with those who have a password, by login", async ({ store }) => {
      for (const login of ["b", "a", "c", "B"])
        await store.add(user(login, { passwordHash: login === "c" ? null : "h" }), NOW);
      const listed = (await store.listWithPassword()).map(({ login }) => login);
      equal(listed, ["B", "a", "b"]);
    });
    withStore("changes in what is said, and in nothing else", async ({ store }) => {
      const ada = user("ada", { explicitFilter: true, passwordHash: "h" });
      await store.add(ada, NOW);
      await store.add(user("bob"), NOW);
      await store.change(ADA, { plan: "premium" });
      equal(await store.find(ADA), stored({ ...ada, plan: "premium" }));
      const all = { name: "A", plan: "free", market: "FR" } as const;
      await store.change(ADA, all);
      equal(await store.findByLogin("ada"), { user: stored({ ...ada, ...all }), passwordHash: "h" });
      await store.change(ADA, {});
      await store.change(idOf("nobody"), all);
      equal([await store.find(idOf("bob")), await store.find(idOf("nobody"))], [stored(user("bob")), null]);
    });
    withStore("who gets another password is signed out, and nobody else is", async (subject) => {
      const { store } = subject;
      const bob = user("bob", { passwordHash: "bob's" });
      for (const each of [user("ada"), bob]) await store.add(each, NOW);
      for (const { id } of [user("ada"), bob]) await equip(subject, id);
      await store.setPassword(ADA, "new");
      equal(await store.findByLogin("ada"), { user: stored(user("ada")), passwordHash: "new" });
      equal(await store.findByLogin("bob"), { user: stored(bob), passwordHash: "bob's" });
      equal(
        [await belongings(subject, ADA), await belongings(subject, bob.id)],
        [
          [0, 1, 1],
          [2, 1, 1],
        ],
      );
    });
    withStore("is removed with everything of theirs, and of nobody else's", async (subject) => {
      const { store } = subject;
      for (const each of [user("ada"), user("bob")]) {
        await store.add(each, NOW);
        await equip(subject, each.id);
      }
      await store.remove(ADA);
      await store.remove(idOf("nobody"));
      equal([await store.find(ADA), await store.find(idOf("bob"))], [null, stored(user("bob"))]);
      equal(
        [await belongings(subject, ADA), await belongings(subject, idOf("bob"))],
        [
          [0, 0, 0],
          [2, 1, 1],
        ],
      );
      equal(await subject.countPlaylists(), 1);
      equal(await store.add(user("ada"), NOW), true);
    });
    withStore("is gone when several write at once and one of them removes", async (subject) => {
      const { store } = subject;
      await store.add(user("ada"), NOW);
      await equip(subject, ADA);
      const passwords = ["a", "b", "c"].map((hash) => store.setPassword(ADA, hash));
      await Promise.all([...passwords, store.remove(ADA), store.removeByLogin("ad"), store.remove(ADA)]);
      equal([await store.findByLogin("ada"), await belongings(subject, ADA)], [null, [0, 0, 0]]);
    });
    withStore("is removed by how the login begins, to the letter", async (subject) => {
      const { store } = subject;
      const logins = ["t_/a", "t_/b", "t_/", "tx/c", "T_/d", "t_"];
      for (const login of logins) await store.add(user(login), NOW);
      await equip(subject, idOf("t_/a"));
      equal(await store.removeByLogin("t_/", idOf("tx/c")), []);
      equal(await store.removeByLogin("t_/", idOf("t_/b")), [idOf("t_/b")]);
      const removed = await store.removeByLogin("t_/");
      equal([...removed].sort(), [idOf("t_/"), idOf("t_/a")].sort());
      equal(await belongings(subject, idOf("t_/a")), [0, 0, 0]);
      const left = await Promise.all(logins.map((login) => store.findByLogin(login)));
      equal(
        left.flatMap((each) => each?.user.login ?? []),
        ["tx/c", "T_/d", "t_"],
      );
      equal(await store.removeByLogin("t_/"), []);
    });
  });

  describe("the claims of another provider", () => {
    const claims = (name: string, issuedAtMs: number) =>
      ({ name, plan: "premium", market: "SE", issuedAtMs }) as const;
    const claimed = ({ issuedAtMs, ...said }: ReturnType<typeof claims>) =>
      stored({ ...user("ada", said), login: ADA }, issuedAtMs);

    withStore("make a user without a password, and then change them", async ({ store }) => {
      await store.saveClaims(ADA, claims("Ada", NOW), NOW);
      equal(await store.findByLogin(ADA), { user: claimed(claims("Ada", NOW)), passwordHash: null });
      await store.saveClaims(ADA, claims("Eve", NOW + 1), NOW + 6);
      equal(await store.find(ADA), claimed(claims("Eve", NOW + 1)));
      await store.saveClaims(ADA, claims("Same", NOW + 1), NOW + 7);
      equal(await store.find(ADA), claimed(claims("Same", NOW + 1)));
    });
    withStore("change nothing when they are older, or the user is this server's", async ({ store }) => {
      await store.saveClaims(ADA, claims("Ada", NOW), NOW);
      await store.saveClaims(ADA, claims("Eve", NOW - 1), NOW + 1);
      equal(await store.find(ADA), claimed(claims("Ada", NOW)));
      await store.add(user("bob"), NOW);
      await store.saveClaims(idOf("bob"), claims("Eve", NOW), NOW);
      equal(await store.find(idOf("bob")), stored(user("bob")));
    });
    withStore("leave the newest standing when several come at once", async ({ store }) => {
      const order = [3, 7, 1, 5, 8, 2, 6, 4];
      await Promise.all(order.map((i) => store.saveClaims(ADA, claims(`${i}`, NOW + i), NOW)));
      equal(await store.find(ADA), claimed(claims("8", NOW + 8)));
    });
  });
}
