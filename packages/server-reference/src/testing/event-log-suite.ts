/** What every implementation of the event log must do. */
import { EVENT_WINDOW_MS, type Receipt } from "@segue/core";
import { type EventLog, MAX_QUARANTINED, type Submission } from "../modules/events/event-log";
import { ANNA, BEN, NOW, play, STREAM, submission, TRACK } from "./event-builders";
import type { SuiteTools } from "./suite-tools";

const said = (receipts: readonly Receipt[]) =>
  receipts.map(({ status, reason }) => (reason ? `${status}:${reason}` : status));

/** @param open Gives an empty log each time */
export function eventLogSuite({ describe, test, equal }: SuiteTools, open: () => Promise<EventLog>): void {
  const withLog = (name: string, run: (log: EventLog) => Promise<void>) =>
    test(name, async () => {
      const log = await open();
      try {
        await run(log);
      } finally {
        await log.close();
      }
    });
  const plays = async (log: EventLog) => (await log.plays([TRACK])).get(TRACK);

  describe("an event log", () => {
    withLog("keeps what it accepted, in the order of acceptance", async (log) => {
      const events = [1, 2, 3].map((seq) => play({ seq, msPlayed: 10_000 * (seq + 1) }));
      equal(said(await log.append(submission(events.slice(0, 2)))), ["accepted", "accepted"]);
      equal(said(await log.append(submission(events.slice(2)))), ["accepted"]);
      const logged = await log.read(0, 10);
      equal(
        logged.map((entry) => entry.event),
        events,
      );
      equal(
        logged.map((entry) => entry.counts),
        [false, true, true],
      );
      const { userId, market, endedAtMs, startedAtMs } = logged[0]!;
      equal([userId, market, endedAtMs, startedAtMs], [ANNA, "DE", NOW, NOW - 60_000]);
      equal(await log.read(logged[0]!.offset, 1), [logged[1]]);
      equal(await plays(log), 2);
    });

    withLog("keeps a long batch in its order", async (log) => {
      const events = Array.from({ length: 250 }, (_, i) => play({ seq: i + 1 }));
      const [last] = events.slice(-1);
      const receipts = await log.append(submission([...events, last!]));
      equal(said(receipts), [...events.map(() => "accepted"), "duplicate"]);
      const logged = await log.read(0, 1_000);
      equal(
        logged.map(({ event }) => event.seq),
        events.map(({ seq }) => seq),
      );
      equal(await plays(log), 250);
    });

    withLog(
      "answers a repetition from another device, with other fields, as a duplicate and keeps what came first",
      async (log) => {
        const first = play();
        await log.append(submission([first]));
        const again = { ...first, msPlayed: 1, seq: 9 };
        const other = submission([again], {
          deviceId: "dev_00000000000000000000000009" as Submission["deviceId"],
        });
        equal(said(await log.append(other)), ["duplicate"]);
        equal(
          (await log.read(0, 9)).map((entry) => entry.event),
          [first],
        );
      },
    );

    withLog("refuses an id that another user's event has", async (log) => {
      const event = play();
      await log.append(submission([event]));
      const stolen = await log.append(submission([event, play({ seq: 2 })], { userId: BEN }));
      equal(said(stolen), ["rejected:foreign_id", "accepted"]);
      equal(await plays(log), 2);
    });

    withLog(
      "recognizes an id for 35 days and forgets it when a repetition would be too old anyway",
      async (log) => {
        const event = play();
        await log.append(submission([event]));
        const later = (ms: number) => submission([event], { receivedAtMs: NOW + ms, sentAtMs: NOW + ms });
        equal(await log.forget(NOW + EVENT_WINDOW_MS), 0);
        equal(said(await log.append(later(EVENT_WINDOW_MS))), ["duplicate"]);
        equal(await log.forget(NOW + EVENT_WINDOW_MS + 2 * 86_400_000), 1);
        equal(said(await log.append(later(EVENT_WINDOW_MS + 2 * 86_400_000))), ["rejected:too_old"]);
        equal(await plays(log), 1);
      },
    );

    withLog("judges each item by itself", async (log) => {
      const base = submission([
        play({ seq: 1, endedAtMs: NOW + 300_001 }),
        play({ seq: 2, endedAtMs: NOW - EVENT_WINDOW_MS }),
        play({ seq: 3, trackId: "trk_00000000000000000000000009" as typeof TRACK }),
        play({ seq: 4 }),
      ]);
      const raw = Uint8Array.of(1, 2);
      const malformed = { kind: "malformed" as const, eventId: "", detail: "/seq", raw };
      const receipts = await log.append({
        ...base,
        items: [malformed, ...base.items],
        knownTracks: new Set([TRACK]),
      });
      equal(said(receipts), [
        "quarantined:malformed",
        "accepted:future",
        "rejected:too_old",
        "quarantined:unknown_track",
        "accepted",
      ]);
      const [first, second, ...more] = await log.quarantined(ANNA, 10);
      equal([first?.reason, first?.detail, first?.raw], ["malformed", "/seq", raw]);
      equal([second?.reason, more], ["unknown_track", []]);
      equal(await log.quarantined(BEN, 10), []);
      const [future] = await log.read(0, 1);
      equal([future?.future, future?.endedAtMs], [true, NOW]);
    });

    withLog(
      "keeps a malformed event once however often it comes, and only the newest thousand of a user",
      async (log) => {
        const malformed = (n: number) => ({
          kind: "malformed" as const,
          eventId: "",
          detail: String(n),
          raw: Uint8Array.of(n >> 8, n & 255),
        });
        await log.append(submission([], { items: [malformed(1), malformed(1)] }));
        await log.append(submission([], { items: [malformed(1)] }));
        equal((await log.quarantined(ANNA, 10)).length, 1);
        for (let at = 2; at < MAX_QUARANTINED + 20; at += 250)
          await log.append(
            submission([], { items: Array.from({ length: 250 }, (_, i) => malformed(at + i)) }),
          );
        const kept = await log.quarantined(ANNA, 5_000);
        equal(kept.length, MAX_QUARANTINED);
        equal(
          kept.some((event) => event.detail === "1"),
          false,
        );
      },
    );

    withLog("keeps a malformed event whose fault cannot be written as text", async (log) => {
      const raw = Uint8Array.of(0);
      const malformed = { kind: "malformed" as const, eventId: "", detail: "a\0b\ud800", raw };
      equal(said(await log.append(submission([], { items: [malformed] }))), ["quarantined:malformed"]);
      equal(
        (await log.quarantined(ANNA, 10)).map((event) => event.raw),
        [raw],
      );
    });

    withLog("measures what is missing of a stream, less what its client says is lost", async (log) => {
      const missing = async () => (await log.figures()).missing;
      const seqs = (...list: number[]) => submission(list.map((seq) => play({ seq })));
      await log.append(seqs(1, 2, 5));
      equal(await missing(), 2);
      await log.append(seqs(4));
      equal(await missing(), 1);
      const stats = { streamId: STREAM, seqMin: 6, seqNext: 8, drops: [{ reason: "full", count: 1 }] };
      await log.append({ ...seqs(6), stats });
      equal(await missing(), 0);
      await log.append({ ...seqs(6, 9), stats });
      equal(await missing(), 2);
    });
  });
}
