/** What every implementation of the device store must do. */
import { createHash } from "node:crypto";
import { type DeviceId, idFromBytes, type UserId } from "@segue/core";
import {
  type DeviceDescription,
  type DeviceStore,
  MAX_CHALLENGES,
  MAX_DEVICES,
} from "../modules/devices/device-store";
import { outcome, type SuiteTools } from "./suite-tools";

/** A store without devices, and the users that it needs. */
export interface DeviceStoreSubject {
  readonly store: DeviceStore;
  /** Makes it possible to keep devices of `id`. */
  addUser(id: UserId): Promise<void>;
  close(): Promise<void>;
}

const NOW = 1_800_000_000_000;
const hash = (text: string) => new Uint8Array(createHash("sha256").update(text).digest());
const ADA = idFromBytes("user", hash("ada"));
const BOB = idFromBytes("user", hash("bob"));
const CHALLENGE = hash("challenge");
const idOf = (name: string): DeviceId => idFromBytes("device", hash(name));

function describing(name: string, userId: UserId, more: Partial<DeviceDescription> = {}): DeviceDescription {
  const key = (of: string) => new Uint8Array([4, ...hash(`${of} x`), ...hash(`${of} y`)]);
  const keys = { identityKey: key(name), agreementKey: key(`${name} agrees`) };
  return { id: idOf(name), userId, name, type: "speaker", ...keys, ...more };
}

/** @param open Makes a store that nobody else uses */
export function deviceStoreSuite(
  { describe, test, equal }: SuiteTools,
  open: () => Promise<DeviceStoreSubject>,
): void {
  const withStore = (name: string, body: (store: DeviceStore) => Promise<void>) =>
    test(name, async () => {
      const { store, addUser, close } = await open();
      try {
        for (const user of [ADA, BOB]) await addUser(user);
        await body(store);
      } finally {
        await close();
      }
    });

  describe("a challenge", () => {
    withStore("is taken once, by the user who asked for it, before it expires", async (store) => {
      await store.addChallenge(ADA, CHALLENGE, NOW, NOW + 10);
      equal(await store.takeChallenge(BOB, CHALLENGE, NOW), false);
      equal(await store.takeChallenge(ADA, hash("another"), NOW), false);
      equal(await store.takeChallenge(ADA, CHALLENGE, NOW + 9), true);
      equal(await store.takeChallenge(ADA, CHALLENGE, NOW + 9), false);
      await store.addChallenge(ADA, CHALLENGE, NOW, NOW + 10);
      equal(await store.takeChallenge(ADA, CHALLENGE, NOW + 10), false);
    });
    withStore("is taken by one of those who try at the same time", async (store) => {
      await store.addChallenge(ADA, CHALLENGE, NOW, NOW + 10);
      const tries = Array.from({ length: 8 }, () => store.takeChallenge(ADA, CHALLENGE, NOW));
      equal((await Promise.all(tries)).filter((taken) => taken).length, 1);
    });
    withStore("gives way when its user has too many, the oldest first", async (store) => {
      const challenges = Array.from({ length: MAX_CHALLENGES + 1 }, (_, i) => hash(`challenge ${i}`));
      await store.addChallenge(BOB, CHALLENGE, NOW, NOW + 100);
      for (const [i, challenge] of challenges.entries())
        await store.addChallenge(ADA, challenge, NOW, NOW + 100 + i);
      const taken: boolean[] = [];
      for (const challenge of challenges) taken.push(await store.takeChallenge(ADA, challenge, NOW));
      equal(taken, [false, ...challenges.slice(1).map(() => true)]);
      equal(await store.takeChallenge(BOB, CHALLENGE, NOW), true);
    });
  });

  describe("a device", () => {
    withStore("comes back as it was registered", async (store) => {
      const description = describing("Kitchen 🎧", ADA, { name: "Küche '🎧' \\ %" });
      const expected = { ...description, registeredAtMs: NOW, lastSeenAtMs: NOW };
      equal(await store.register(description, NOW), expected);
      equal(await store.find(description.id), expected);
      equal(await store.list(ADA), [expected]);
      equal([await store.find(idOf("nobody's")), await store.list(BOB)], [null, []]);
    });
    withStore(
      "that is registered again keeps its first day, and moves to whoever signed in",
      async (store) => {
        const first = await store.register(describing("a", ADA), NOW);
        const again = describing("a", BOB, {
          name: "Renamed",
          type: "tv",
          agreementKey: hash("new").slice(0, 65),
        });
        const { identityKey } = first;
        const expected = { ...again, identityKey, registeredAtMs: NOW, lastSeenAtMs: NOW + 5 };
        equal(await store.register({ ...again, identityKey: hash("other") }, NOW + 5), expected);
        equal([await store.list(ADA), await store.list(BOB)], [[], [expected]]);
      },
    );
    withStore("is listed after those that were seen later; seen at once, by its id", async (store) => {
      for (const [name, at] of [
        ["a", 1],
        ["b", 3],
        ["c", 2],
        ["d", 2],
        ["e", 2],
      ] as const)
        await store.register(describing(name, ADA), NOW + at);
      const tied = ["c", "d", "e"].map(idOf).sort();
      equal(
        (await store.list(ADA)).map(({ id }) => id),
        [idOf("b"), ...tied, idOf("a")],
      );
    });
    withStore("is removed by its user alone, and then found by nobody", async (store) => {
      await store.register(describing("a", ADA), NOW);
      equal(await store.remove(BOB, idOf("a")), false);
      equal([await store.remove(ADA, idOf("a")), await store.remove(ADA, idOf("a"))], [true, false]);
      equal([await store.find(idOf("a")), await store.list(ADA)], [null, []]);
    });
    withStore("is one of a limited number, also when several come at once", async (store) => {
      for (let i = 1; i < MAX_DEVICES; i++) await store.register(describing(`d${i}`, ADA), NOW);
      const last = ["x", "y", "z"].map((name) => outcome(store.register(describing(name, ADA), NOW)));
      const refused = (await Promise.all(last)).filter((said) => said === "device_limit");
      equal([refused.length, (await store.list(ADA)).length], [2, MAX_DEVICES]);
      await store.register(describing("d1", ADA), NOW + 1);
      equal((await store.list(ADA)).length, MAX_DEVICES);
      await store.register(describing("bob's", BOB), NOW);
      equal(await outcome(store.register(describing("bob's", ADA), NOW)), "device_limit");
      equal((await store.list(BOB)).length, 1);
    });
    withStore("that was revoked is gone and stays away until it is allowed again", async (store) => {
      await store.register(describing("a", ADA), NOW);
      equal(
        [await store.revoke(idOf("a"), "stolen", NOW), await store.revoke(idOf("a"), "again", NOW)],
        [true, false],
      );
      equal(await store.find(idOf("a")), null);
      equal(await outcome(store.register(describing("a", BOB), NOW)), "forbidden");
      equal([await store.allow(idOf("a")), await store.allow(idOf("a"))], [true, false]);
      equal((await store.register(describing("a", BOB), NOW)).userId, BOB);
      equal(
        [await store.revoke(idOf("unknown"), "early", NOW), await store.list(BOB).then((all) => all.length)],
        [true, 1],
      );
    });
  });
}
