/** What every implementation of the Connect store must do. */
import {
  type CommandId,
  commandKey,
  type DeviceId,
  type DurableSession,
  durableOf,
  newSession,
  type StoredResult,
} from "@segue/core";
import { type ConnectStore, type SessionCommit, SessionTaken } from "../modules/connect/store";
import { ANNA, DEVICE, NOW } from "./event-builders";
import { type SuiteTools, storeTests } from "./suite-tools";

/** A store without sessions, in which `ANNA` may have some. */
export interface ConnectStoreSubject {
  readonly store: ConnectStore;
  close(): Promise<void>;
}

const ID = "session";
const fresh = durableOf(newSession(ID));
const at = (version: number, change: Partial<DurableSession> = {}): DurableSession => ({
  ...fresh,
  ...change,
  stamp: { ...fresh.stamp, version },
});
const resultOf = (n: number, deviceId: DeviceId = DEVICE): StoredResult => ({
  deviceId,
  result: {
    commandId: n.toString(16).padStart(32, "0") as CommandId,
    outcome: "applied",
    stamp: fresh.stamp,
    retryAfterMs: 0,
    reasons: [],
  },
  atMs: NOW + n,
});
const commit = (durable: DurableSession, change: Partial<SessionCommit> = {}): SessionCommit => ({
  userId: ANNA,
  durable,
  results: [],
  expected: null,
  nowMs: NOW,
  forgetBeforeMs: 0,
  ...change,
});
const after = (version: number) => ({ incarnation: 1, version });

/** @param open Makes a store that nobody else uses */
export function connectStoreSuite(tools: SuiteTools, open: () => Promise<ConnectStoreSubject>): void {
  const { describe, equal } = tools;
  const withStore = storeTests(tools, open);
  const outcome = (work: Promise<void>) =>
    work.then(
      () => "saved",
      (error: unknown) => {
        if (error instanceof SessionTaken) return "taken";
        throw error;
      },
    );

  describe("a session", () => {
    withStore("is there once it was saved, with all that no observer sees", async (store) => {
      equal(await store.load(ID), null);
      const holder = { deviceId: DEVICE, epoch: 2, untilUs: 9.5, heardUs: 1 };
      const durable = at(1, { owner: DEVICE, holders: [holder], volumeSeq: 3 });
      await store.save(commit(durable));
      equal(await store.load(ID), { durable, results: new Map() });
      equal(await store.load("another"), null);
    });

    withStore("is changed by whoever knows what is stored, and by nobody else", async (store) => {
      equal(await outcome(store.save(commit(at(1)))), "saved");
      equal(await outcome(store.save(commit(at(5)))), "taken");
      equal(await outcome(store.save(commit(at(2), { expected: after(1) }))), "saved");
      equal(await outcome(store.save(commit(at(7), { expected: after(1) }))), "taken");
      const other = { incarnation: 2, version: 2 };
      equal(await outcome(store.save(commit(at(7), { expected: other }))), "taken");
      equal((await store.load(ID))?.durable.stamp.version, 2);
    });

    withStore("is changed by one of those who try at the same time", async (store) => {
      await store.save(commit(at(1)));
      const tries = [2, 3, 4, 5].map((version) =>
        outcome(store.save(commit(at(version), { expected: after(1) }))),
      );
      equal((await Promise.all(tries)).sort(), ["saved", "taken", "taken", "taken"]);
    });
  });

  describe("results of commands", () => {
    withStore("come back oldest first, the first of each command", async (store) => {
      const results = [3, 1, 2].map((n) => resultOf(n));
      await store.save(commit(at(1), { results }));
      const again = { ...resultOf(1), result: { ...resultOf(1).result, outcome: "noop" as const } };
      await store.save(commit(at(2), { results: [again], expected: after(1) }));
      const expected = [1, 2, 3].map((n) => resultOf(n));
      equal(
        [...((await store.load(ID))?.results ?? [])],
        expected.map((stored) => [commandKey(DEVICE, stored.result.commandId), stored]),
      );
    });

    withStore("are kept however many there are, and go once they are old", async (store) => {
      const results = Array.from({ length: 250 }, (_, n) => resultOf(n));
      await store.save(commit(at(1), { results }));
      equal((await store.load(ID))?.results.size, 250);
      await store.save(commit(at(2), { expected: after(1), forgetBeforeMs: NOW + 240 }));
      equal((await store.load(ID))?.results.size, 10);
    });

    withStore("are not kept of a commit that came too late", async (store) => {
      await store.save(commit(at(1)));
      equal(await outcome(store.save(commit(at(2), { results: [resultOf(1)] }))), "taken");
      equal((await store.load(ID))?.results.size, 0);
    });
  });
}
