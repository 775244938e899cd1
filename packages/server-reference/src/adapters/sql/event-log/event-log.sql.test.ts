import { idFromBytes } from "@segue/core";
import { expect, test } from "vitest";
import { countsOnce } from "../../../../test/events/count-once";
import { onSql } from "../../../../test/support/sql";
import { numbered, play, submission } from "../../../testing/event-builders";
import { eventLogSuite } from "../../../testing/event-log-suite";
import { EVENTS } from "../migrations";
import { sqlEventLog } from ".";
import type { EventTables } from "./tables";

onSql<EventTables>(EVENTS, (tools, databases) => {
  const open = async () => sqlEventLog(await databases.fresh());
  eventLogSuite(tools, open);
  countsOnce(open);

  test("shows everything to whoever reads behind the last offset, while several write", async () => {
    const database = await databases.fresh();
    const writers = [1, 2, 3, 4].map(() => sqlEventLog(database));
    const reader = sqlEventLog(database);
    let writing = true;
    const written = Promise.all(
      writers.map(async (log, w) => {
        // Nothing but the offsets do they have in common.
        const own = numbered(w + 10);
        const userId = idFromBytes("user", own);
        const about = { trackId: idFromBytes("track", own), streamId: Buffer.from(own).toString("hex") };
        for (let n = 0; n < 25; n++)
          await log.append(submission([play(about), play(about), play(about)], { userId }));
      }),
    ).finally(() => {
      writing = false;
    });
    const seen: number[] = [];
    const readOn = async () => {
      const entries = await reader.read(seen.at(-1) ?? 0, 1_000);
      seen.push(...entries.map(({ offset }) => offset));
    };
    while (writing) {
      await readOn();
      // An embedded database answers before anybody else has a turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await written;
    await readOn();
    expect(seen).toHaveLength(300);
    expect(seen).toEqual((await reader.read(0, 1_000)).map(({ offset }) => offset));
    await database.close();
  });
});
