/** What every implementation of the event log must do. */
import { EVENT_WINDOW_MS, type Receipt, tally } from "@segue/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EventLog, MAX_QUARANTINED, type Submission } from "../../src/modules/events/event-log";
import { ANNA, BEN, eventIdOf, NOW, play, STREAM, submission, TRACK } from "./builders";

const said = (receipts: readonly Receipt[]) =>
  receipts.map(({ status, reason }) => (reason ? `${status}:${reason}` : status));

/** @param open Gives an empty log each time */
export function eventLogSuite(name: string, open: () => EventLog): void {
  const withLog = (run: (log: EventLog) => Promise<void>) => async () => {
    const log = open();
    try {
      await run(log);
    } finally {
      await log.close();
    }
  };
  const plays = async (log: EventLog) => (await log.plays([TRACK])).get(TRACK);

  describe(`an event log, ${name}`, () => {
    it(
      "keeps what it accepted, in the order of acceptance",
      withLog(async (log) => {
        const events = [1, 2, 3].map((seq) => play({ seq, msPlayed: 10_000 * (seq + 1) }));
        expect(said(await log.append(submission(events.slice(0, 2))))).toEqual(["accepted", "accepted"]);
        expect(said(await log.append(submission(events.slice(2))))).toEqual(["accepted"]);
        const logged = await log.read(0, 10);
        expect(logged.map((entry) => entry.event)).toEqual(events);
        expect(logged.map((entry) => entry.counts)).toEqual([false, true, true]);
        expect(logged[0]).toMatchObject({
          userId: ANNA,
          market: "DE",
          endedAtMs: NOW,
          startedAtMs: NOW - 60_000,
        });
        expect(await log.read(logged[0]!.offset, 1)).toEqual([logged[1]]);
        expect(await plays(log)).toBe(2);
      }),
    );

    it("counts each event once, whatever is sent how often in which split, and recounts to the same", async () => {
      const order = fc.array(fc.array(fc.nat(11), { minLength: 1, maxLength: 6 }), {
        minLength: 1,
        maxLength: 8,
      });
      const lengths = fc.array(fc.constantFrom(29_999, 30_000, 60_000), { minLength: 12, maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(order, lengths, async (batches, heard) => {
          const log = open();
          try {
            const events = heard.map((msPlayed, i) => play({ eventId: eventIdOf(i), seq: i + 1, msPlayed }));
            const answers = await Promise.all(
              batches.map((batch) => log.append(submission(batch.map((i) => events[i]!)))),
            );
            const sent = new Set(batches.flat());
            const accepted = answers.flat().filter(({ status }) => status === "accepted");
            expect(accepted).toHaveLength(sent.size);
            expect(
              answers.flat().every(({ status }) => status === "accepted" || status === "duplicate"),
            ).toBe(true);
            const expected = [...sent].filter((i) => heard[i]! >= 30_000).length;
            expect(await plays(log)).toBe(expected);
            const entries = (await log.read(0, 100)).map(({ event, counts }) => ({
              trackId: event.trackId,
              counts,
            }));
            expect(tally(entries).get(TRACK) ?? 0).toBe(expected);
            await log.recount();
            expect(await plays(log)).toBe(expected);
          } finally {
            await log.close();
          }
        }),
        { numRuns: 25 },
      );
    });

    it(
      "answers a repetition from another device, with other fields, as a duplicate and keeps what came first",
      withLog(async (log) => {
        const first = play();
        await log.append(submission([first]));
        const again = { ...first, msPlayed: 1, seq: 9 };
        const other = submission([again], {
          deviceId: "dev_00000000000000000000000009" as Submission["deviceId"],
        });
        expect(said(await log.append(other))).toEqual(["duplicate"]);
        expect((await log.read(0, 9)).map((entry) => entry.event)).toEqual([first]);
      }),
    );

    it(
      "refuses an id that another user's event has",
      withLog(async (log) => {
        const event = play();
        await log.append(submission([event]));
        const stolen = await log.append(submission([event, play({ seq: 2 })], { userId: BEN }));
        expect(said(stolen)).toEqual(["rejected:foreign_id", "accepted"]);
        expect(await plays(log)).toBe(2);
      }),
    );

    it(
      "recognizes an id for 35 days and forgets it when a repetition would be too old anyway",
      withLog(async (log) => {
        const event = play();
        await log.append(submission([event]));
        const later = (ms: number) => submission([event], { receivedAtMs: NOW + ms, sentAtMs: NOW + ms });
        expect(await log.forget(NOW + EVENT_WINDOW_MS)).toBe(0);
        expect(said(await log.append(later(EVENT_WINDOW_MS)))).toEqual(["duplicate"]);
        expect(await log.forget(NOW + EVENT_WINDOW_MS + 2 * 86_400_000)).toBe(1);
        expect(said(await log.append(later(EVENT_WINDOW_MS + 2 * 86_400_000)))).toEqual(["rejected:too_old"]);
        expect(await plays(log)).toBe(1);
      }),
    );

    it(
      "judges each item by itself",
      withLog(async (log) => {
        const base = submission([
          play({ seq: 1, endedAtMs: NOW + 300_001 }),
          play({ seq: 2, endedAtMs: NOW - EVENT_WINDOW_MS }),
          play({ seq: 3, trackId: "trk_00000000000000000000000009" as typeof TRACK }),
          play({ seq: 4 }),
        ]);
        const malformed = {
          kind: "malformed" as const,
          eventId: "",
          detail: "/seq",
          raw: Uint8Array.of(1, 2),
        };
        const receipts = await log.append({
          ...base,
          items: [malformed, ...base.items],
          knownTracks: new Set([TRACK]),
        });
        expect(said(receipts)).toEqual([
          "quarantined:malformed",
          "accepted:future",
          "rejected:too_old",
          "quarantined:unknown_track",
          "accepted",
        ]);
        expect(await log.quarantined(ANNA, 10)).toMatchObject([
          { reason: "malformed", detail: "/seq", raw: Uint8Array.of(1, 2) },
          { reason: "unknown_track" },
        ]);
        expect(await log.quarantined(BEN, 10)).toEqual([]);
        const [future] = await log.read(0, 1);
        expect(future).toMatchObject({ future: true, endedAtMs: NOW });
      }),
    );

    it(
      "keeps a malformed event once however often it comes, and only the newest thousand of a user",
      withLog(async (log) => {
        const malformed = (n: number) => ({
          kind: "malformed" as const,
          eventId: "",
          detail: String(n),
          raw: Uint8Array.of(n >> 8, n & 255),
        });
        await log.append(submission([], { items: [malformed(1), malformed(1)] }));
        await log.append(submission([], { items: [malformed(1)] }));
        expect(await log.quarantined(ANNA, 10)).toHaveLength(1);
        for (let at = 2; at < MAX_QUARANTINED + 20; at += 250)
          await log.append(
            submission([], { items: Array.from({ length: 250 }, (_, i) => malformed(at + i)) }),
          );
        const kept = await log.quarantined(ANNA, 5_000);
        expect(kept).toHaveLength(MAX_QUARANTINED);
        expect(kept.some((event) => event.detail === "1")).toBe(false);
      }),
    );

    it(
      "measures what is missing of a stream, less what its client says is lost",
      withLog(async (log) => {
        const missing = async () => (await log.figures()).missing;
        const seqs = (...list: number[]) => submission(list.map((seq) => play({ seq })));
        await log.append(seqs(1, 2, 5));
        expect(await missing()).toBe(2);
        await log.append(seqs(4));
        expect(await missing()).toBe(1);
        const stats = { streamId: STREAM, seqMin: 6, seqNext: 8, drops: [{ reason: "full", count: 1 }] };
        await log.append({ ...seqs(6), stats });
        expect(await missing()).toBe(0);
        await log.append({ ...seqs(6, 9), stats });
        expect(await missing()).toBe(2);
      }),
    );
  });
}
