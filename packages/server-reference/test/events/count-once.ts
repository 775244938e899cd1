/** A law of every event log, over batches of all kinds. */
import { tally } from "@segue/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { EventLog } from "../../src/modules/events/event-log";
import { eventIdOf, play, submission, TRACK } from "../../src/testing/event-builders";

/** @param open Gives an empty log each time */
export function countsOnce(open: () => Promise<EventLog>): void {
  const plays = async (log: EventLog) => (await log.plays([TRACK])).get(TRACK);

  it("counts each event once, whatever is sent how often in which split, and recounts to the same", async () => {
    const order = fc.array(fc.array(fc.nat(11), { minLength: 1, maxLength: 6 }), {
      minLength: 1,
      maxLength: 8,
    });
    const lengths = fc.array(fc.constantFrom(29_999, 30_000, 60_000), { minLength: 12, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(order, lengths, async (batches, heard) => {
        const log = await open();
        try {
          const events = heard.map((msPlayed, i) => play({ eventId: eventIdOf(i), seq: i + 1, msPlayed }));
          const answers = await Promise.all(
            batches.map((batch) => log.append(submission(batch.map((i) => events[i]!)))),
          );
          const sent = new Set(batches.flat());
          const accepted = answers.flat().filter(({ status }) => status === "accepted");
          expect(accepted).toHaveLength(sent.size);
          expect(answers.flat().every(({ status }) => status === "accepted" || status === "duplicate")).toBe(
            true,
          );
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
}
