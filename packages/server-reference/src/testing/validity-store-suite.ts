/** What every implementation of the validity store must do. */
import { createHash } from "node:crypto";
import { type DeviceId, idFromBytes, type Validity } from "@segue/core";
import type { IssuedValidity, ValidityStore } from "../modules/license/validity-store";
import { outcome, type SuiteTools } from "./suite-tools";

/** A store without validities, and the devices that it needs. */
export interface ValidityStoreSubject {
  readonly store: ValidityStore;
  /** Makes it possible to issue to `id`. */
  addDevice(id: DeviceId): Promise<void>;
  /** When the device was seen last, milliseconds since the Unix epoch. */
  lastSeenAtMs(id: DeviceId): Promise<number>;
  close(): Promise<void>;
}

const NOW = 1_800_000_000_000;
const hash = (text: string) => new Uint8Array(createHash("sha256").update(text).digest());
const [A, B] = [idFromBytes("device", hash("a")), idFromBytes("device", hash("b"))];

function issuing(deviceId: DeviceId, seq: number, more: Partial<Validity> = {}): IssuedValidity {
  const validity: Validity = {
    seq,
    deviceId,
    userId: idFromBytes("user", hash("ada")),
    plan: "premium",
    offlineAllowed: true,
    issuedAtMs: NOW,
    notAfterMs: NOW + 2,
    renewAfterMs: NOW + 1,
    revokedKeyIds: [idFromBytes("key", hash("doomed"))],
    ...more,
  };
  const signature = new Uint8Array([...hash(`r ${seq}`), ...hash(`s ${seq}`)]);
  return { validity, signed: { payload: hash(`payload ${seq}`), signature, signingKeyId: `lic-${seq}-'x'` } };
}

/** @param open Makes a store that nobody else uses */
export function validityStoreSuite(
  { describe, test, equal }: SuiteTools,
  open: () => Promise<ValidityStoreSubject>,
): void {
  const withStore = (name: string, body: (subject: ValidityStoreSubject) => Promise<void>) =>
    test(name, async () => {
      const subject = await open();
      try {
        for (const device of [A, B]) await subject.addDevice(device);
        await body(subject);
      } finally {
        await subject.close();
      }
    });

  describe("a seq", () => {
    withStore("rises for each device alone, above what it holds", async ({ store }) => {
      equal(
        [await store.nextSeq(A, -1, 0), await store.nextSeq(A, 0, 0), await store.nextSeq(A, 2, 0)],
        [1, 2, 3],
      );
      equal([await store.nextSeq(A, 2 ** 48, 0), await store.nextSeq(A, 7, 0)], [2 ** 48 + 1, 2 ** 48 + 2]);
      equal(await store.nextSeq(B, 5, 0), 6);
    });
    withStore("is the time in seconds at least", async ({ store }) => {
      equal(
        [await store.nextSeq(A, -1, NOW + 999), await store.nextSeq(A, -1, NOW)],
        [NOW / 1000, NOW / 1000 + 1],
      );
      equal(await store.nextSeq(B, NOW, NOW), NOW + 1);
    });
    withStore("is given to one of those who ask at the same time", async ({ store }) => {
      const given = await Promise.all(Array.from({ length: 8 }, () => store.nextSeq(A, 9, 0)));
      equal(
        given.sort((a, b) => a - b),
        Array.from({ length: 8 }, (_, i) => 10 + i),
      );
    });
    withStore("says that its device was seen", async ({ store, lastSeenAtMs }) => {
      await store.nextSeq(A, 0, NOW + 5);
      equal(await lastSeenAtMs(A), NOW + 5);
    });
    withStore("is for a device that exists", async ({ store }) => {
      equal(await outcome(store.nextSeq(idFromBytes("device", hash("nobody's")), 1, NOW)), "device_unknown");
    });
  });

  describe("a validity", () => {
    withStore("comes back as it was issued", async ({ store }) => {
      const issued = issuing(A, 3);
      await store.keep(issued);
      equal([await store.last(A), await store.last(B)], [issued, null]);
    });
    withStore("is replaced by newer ones alone", async ({ store }) => {
      for (const seq of [3, 2, 3]) await store.keep(issuing(A, seq, { issuedAtMs: NOW + seq }));
      await store.keep(issuing(A, 3, { plan: "free" }));
      equal(await store.last(A), issuing(A, 3, { issuedAtMs: NOW + 3 }));
      await store.keep(issuing(A, 2 ** 48, { plan: "free" }));
      equal(await store.last(A), issuing(A, 2 ** 48, { plan: "free" }));
    });
  });
}
