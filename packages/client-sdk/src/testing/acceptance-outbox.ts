/** What every implementation of the outbox port must do. Call from a test file with vitest's functions. */
import type { Play } from "@segue/core";
import type { OutboxStore } from "../ports/outbox-store";
import type { SuiteTools } from "./suite-tools";

const ANNA = "usr_00000000000000000000000001";
const BEN = "usr_00000000000000000000000002";

/** Play number `n`. */
export const samplePlay = (n: number, change: Partial<Play> = {}): Play => ({
  eventId: `018f0000-0000-7000-8000-${String(n).padStart(12, "0")}`,
  trackId: "trk_00000000000000000000000001" as Play["trackId"],
  renditionId: "rnd_00000000000000000000000001" as Play["renditionId"],
  endedAtMs: 1_700_000_000_000 + n,
  msPlayed: 60_000,
  elapsedMs: 60_000,
  segments: [{ startMs: 0, endMs: 60_000 }],
  contextKind: "album",
  contextId: "",
  startReason: "picked",
  endReason: "track_done",
  offline: false,
  privateSession: false,
  muted: false,
  ...change,
});

/** @param open Opens an empty store */
export function outboxStoreSuite({ describe, test, equal }: SuiteTools, open: () => OutboxStore): void {
  describe("an outbox store", () => {
    test("numbers each listener's plays from 1 without gaps, and gives back the oldest first", async () => {
      const store = open();
      const seqs = await Promise.all([1, 2, 3].map((n) => store.commit(ANNA, samplePlay(n))));
      equal(seqs, [1, 2, 3]);
      equal(await store.commit(BEN, samplePlay(4)), 1);
      equal(await store.list(ANNA, 2), [
        { seq: 1, play: samplePlay(1) },
        { seq: 2, play: samplePlay(2) },
      ]);
      equal([await store.count(ANNA), await store.count(BEN)], [3, 1]);
      await store.close();
    });

    test("forgets settled plays for good and never uses a number again", async () => {
      const store = open();
      for (const n of [1, 2, 3]) await store.commit(ANNA, samplePlay(n));
      await store.settle(ANNA, [1, 3, 99]);
      equal(
        (await store.list(ANNA, 10)).map(({ seq }) => seq),
        [2],
      );
      await store.settle(ANNA, [2]);
      equal(await store.commit(ANNA, samplePlay(4)), 4);
      await store.close();
    });

    test("says what was lost, and counts nothing as lost twice", async () => {
      const store = open();
      for (const n of [1, 2, 3]) await store.commit(ANNA, samplePlay(n));
      await store.drop(ANNA, [1, 2], "full");
      await store.drop(ANNA, [2], "full");
      await store.drop(ANNA, [3], "refused");
      const { streamId, ...stats } = await store.stats(ANNA);
      equal(stats, {
        seqMin: 0,
        seqNext: 4,
        drops: [
          { reason: "full", count: 2 },
          { reason: "refused", count: 1 },
        ],
      });
      equal(/^[0-9a-f]{32}$/.test(streamId), true);
      equal((await store.stats(ANNA)).streamId, streamId);
      equal((await store.stats(BEN)).streamId === streamId, false);
      await store.close();
    });

    test("keeps its own open plays open, and forgets them once they are committed", async () => {
      const store = open();
      await store.journal(ANNA, samplePlay(1));
      equal(await store.adoptOrphans(), 0);
      await store.commit(ANNA, samplePlay(1, { msPlayed: 5 }));
      equal(await store.adoptOrphans(), 0);
      equal(
        (await store.list(ANNA, 9)).map(({ play }) => play.msPlayed),
        [5],
      );
      await store.close();
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
      equal(seen.length, 6);
      for (let i = 0; i < 6; i += 2) equal(seen[i + 1], seen[i]!.replace("begins", "ends"));
      await store.close();
    });
  });
}

/**
 * For stores that outlive their program.
 * @param open Opens the store over the same storage again, as another program
 * @param die Ends the program that opened `store`, without a word
 */
export function durableOutboxSuite(
  { describe, test, equal }: SuiteTools,
  open: () => { readonly again: () => OutboxStore; readonly die: (store: OutboxStore) => Promise<void> },
): void {
  describe("an outbox store that another program opens", () => {
    test("has the plays, the numbers and the losses of the first", async () => {
      const { again } = open();
      const first = again();
      for (const n of [1, 2, 3]) await first.commit(ANNA, samplePlay(n));
      await first.drop(ANNA, [1], "full");
      await first.settle(ANNA, [2]);
      const second = again();
      equal(
        (await second.list(ANNA, 9)).map(({ seq }) => seq),
        [3],
      );
      equal(await second.stats(ANNA), await first.stats(ANNA));
      equal(
        await Promise.all([second.commit(ANNA, samplePlay(4)), first.commit(ANNA, samplePlay(5))]).then(
          (seqs) => [...seqs].sort(),
        ),
        [4, 5],
      );
      await Promise.all([first.close(), second.close()]);
    });

    test("reports the open play of one that died, once, and not that of one that lives", async () => {
      const { again, die } = open();
      const [dying, living] = [again(), again()];
      await dying.journal(ANNA, samplePlay(1, { endReason: "closed" }));
      await living.journal(BEN, samplePlay(2));
      await die(dying);
      const next = again();
      equal(await next.adoptOrphans(), 1);
      equal(await next.adoptOrphans(), 0);
      equal(
        (await next.list(ANNA, 9)).map(({ play }) => play.endReason),
        ["closed"],
      );
      equal(await next.count(BEN), 0);
      await Promise.all([living.close(), next.close()]);
    });
  });
}
