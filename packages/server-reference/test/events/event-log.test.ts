import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SegueError } from "@segue/core";
import Libsql from "libsql";
import { afterAll, describe, expect, it } from "vitest";
import { memoryEventLog } from "../../src/adapters/memory/event-log";
import { openEventLogFile } from "../../src/adapters/sql/event-log/open";
import { play, submission, TRACK } from "../../src/testing/event-builders";
import { eventLogSuite } from "../../src/testing/event-log-suite";
import { TOOLS } from "../support/suite-tools";
import { countsOnce } from "./count-once";

const folder = mkdtempSync(join(tmpdir(), "segue-events-"));
let count = 0;
const fresh = () => join(folder, `${++count}.db`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("in memory", () => {
  const open = async () => memoryEventLog();
  eventLogSuite(TOOLS, open);
  countsOnce(open);
});

describe("the event log's file", () => {
  it("flushes each commit to the disk and is nobody else's to read", async () => {
    const file = fresh();
    const log = await openEventLogFile(file);
    expect(statSync(file).mode & 0o77).toBe(0);
    await log.append(submission([play()]));
    await log.close();
    const raw = new Libsql(file);
    expect(raw.prepare("PRAGMA journal_mode").get()).toMatchObject({ journal_mode: "wal" });
    raw.exec("PRAGMA user_version = 99");
    raw.close();
    await expect(openEventLogFile(file)).rejects.toThrow(/newer server/);
  });

  it("shares one commit among batches that come together", async () => {
    const log = await openEventLogFile(fresh());
    await Promise.all(Array.from({ length: 50 }, (_, i) => log.append(submission([play({ seq: i + 1 })]))));
    expect((await log.figures()).commits).toBeLessThan(5);
    expect((await log.plays([TRACK])).get(TRACK)).toBe(50);
    await log.close();
  });

  it("goes on after it was closed and opened again", async () => {
    const file = fresh();
    const first = await openEventLogFile(file);
    const event = play();
    await first.append(submission([event]));
    await first.close();
    const second = await openEventLogFile(file);
    const [receipt] = await second.append(submission([event]));
    expect(receipt?.status).toBe("duplicate");
    expect((await second.plays([TRACK])).get(TRACK)).toBe(1);
    await second.close();
  });

  it("makes lost counts anew from the log", async () => {
    const file = fresh();
    const log = await openEventLogFile(file);
    await log.append(submission([play(), play({ seq: 2, msPlayed: 10 }), play({ seq: 3 })]));
    const raw = new Libsql(file);
    raw.exec("UPDATE play_counts SET plays = 77");
    raw.close();
    await log.recount();
    expect((await log.plays([TRACK])).get(TRACK)).toBe(2);
    await log.close();
  });

  it("says that it is unavailable when it is full, keeps nothing of the batch, and goes on once there is room", async () => {
    const file = fresh();
    const full = await openEventLogFile(file, { maxPages: 40 });
    const batch = () => submission(Array.from({ length: 100 }, (_, i) => play({ seq: i + 1 })));
    let stored = 0;
    let refused: unknown = null;
    while (refused === null && stored < 10_000) {
      try {
        stored += (await full.append(batch())).length;
      } catch (error) {
        refused = error;
      }
    }
    expect(SegueError.is(refused) && [refused.code, refused.retryAfterMs]).toEqual(["unavailable", 30_000]);
    expect(await full.read(0, 20_000)).toHaveLength(stored);
    expect((await full.plays([TRACK])).get(TRACK)).toBe(stored);
    await full.close();
    const room = await openEventLogFile(file);
    expect((await room.append(batch())).every(({ status }) => status === "accepted")).toBe(true);
    expect((await room.plays([TRACK])).get(TRACK)).toBe(stored + 100);
    await room.close();
  });

  it("does not let one batch that cannot be written take others with it, and keeps nothing of it", async () => {
    const log = await openEventLogFile(fresh());
    const spoiled = { ...play(), trackId: undefined as unknown as typeof TRACK };
    const batches = [
      submission([play({ seq: 1 })]),
      submission([play({ seq: 2 }), spoiled], { knownTracks: new Set([TRACK, undefined as never]) }),
      submission([play({ seq: 3 })]),
    ];
    const [good, bad, alsoGood] = await Promise.allSettled(batches.map((batch) => log.append(batch)));
    expect(bad?.status).toBe("rejected");
    for (const kept of [good, alsoGood]) expect(kept).toMatchObject({ value: [{ status: "accepted" }] });
    expect((await log.read(0, 10)).map(({ event }) => event.seq)).toEqual([1, 3]);
    expect((await log.plays([TRACK])).get(TRACK)).toBe(2);
    await log.close();
  });
});
