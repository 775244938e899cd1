import "fake-indexeddb/auto";
import { spawn } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { memoryOutbox } from "../src/memory/memory-outbox";
import { nodeOutbox } from "../src/node/storage/node-outbox";
import { durableOutboxSuite, outboxStoreSuite, samplePlay } from "../src/testing/acceptance-outbox";
import { lazyDatabase } from "../src/web/storage/database";
import { webOutbox } from "../src/web/storage/web-outbox";

const tools = { describe, test, equal: (a: unknown, b: unknown) => expect(a).toEqual(b) };
const root = mkdtempSync(join(tmpdir(), "segue-outbox-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let counter = 0;
const folder = () => join(root, String(counter++));
const ANNA = "usr_00000000000000000000000001";

describe("in memory", () => outboxStoreSuite(tools, memoryOutbox));

describe("in IndexedDB", () => {
  const web = (name = `outbox-${counter++}`) => webOutbox(name, lazyDatabase(name));
  outboxStoreSuite(tools, () => web());
});

describe("in a journal file", () => {
  outboxStoreSuite(tools, () => nodeOutbox(folder()));
  durableOutboxSuite(tools, () => {
    const directory = folder();
    return {
      again: () => nodeOutbox(directory),
      // The journal of a process that has ended: the same file under the number of one that is gone.
      async die() {
        const gone = spawn(process.execPath, ["-e", ""]);
        await new Promise((resolve) => gone.once("exit", resolve));
        const own = readdirSync(directory).filter((name) => name.startsWith("play."));
        const name = own.find(
          (each) => JSON.parse(readFileSync(join(directory, each), "utf8")).userId === ANNA,
        )!;
        writeFileSync(
          join(directory, name.replace(/^play\.\d+/, `play.${gone.pid}`)),
          readFileSync(join(directory, name)),
        );
        rmSync(join(directory, name));
      },
    };
  });

  test("is nobody else's to read, and leaves no lock behind", async () => {
    const directory = folder();
    const store = nodeOutbox(directory);
    await store.journal(ANNA, samplePlay(1));
    await store.commit(ANNA, samplePlay(1));
    expect(readdirSync(directory)).toEqual(["outbox.log"]);
    expect(statSync(join(directory, "outbox.log")).mode & 0o77).toBe(0);
  });

  test("loses no play that was committed, wherever a crash cuts what came after", async () => {
    const directory = folder();
    const path = join(directory, "outbox.log");
    const before = nodeOutbox(directory);
    for (const n of [1, 2]) await before.commit(ANNA, samplePlay(n));
    const whole = readFileSync(path);
    await before.commit(ANNA, samplePlay(3));
    const longer = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: whole.length, max: longer.length - 1 }), async (cut) => {
        writeFileSync(path, longer.subarray(0, cut));
        const store = nodeOutbox(directory);
        expect((await store.list(ANNA, 9)).map(({ seq }) => seq)).toEqual([1, 2]);
        expect(await store.commit(ANNA, samplePlay(4))).toBe(3);
        expect((await nodeOutbox(directory).list(ANNA, 9)).map(({ play }) => play)).toEqual(
          [1, 2, 4].map((n) => samplePlay(n)),
        );
      }),
      { numRuns: 15 },
    );
  });

  test("passes over a line that the disk spoiled", async () => {
    const directory = folder();
    const store = nodeOutbox(directory);
    await store.commit(ANNA, samplePlay(1));
    appendFileSync(join(directory, "outbox.log"), '0123456789abcdef {"type":"settled"}\nrubbish\n');
    await store.commit(ANNA, samplePlay(2));
    expect(await nodeOutbox(directory).count(ANNA)).toBe(2);
  });

  test("is written anew when most of it is past, with the same content", async () => {
    const directory = folder();
    const store = nodeOutbox(directory);
    await store.commit(ANNA, samplePlay(1));
    await store.drop(ANNA, [1], "refused");
    const line = readFileSync(join(directory, "outbox.log"), "utf8").trimEnd().split("\n").at(-1);
    appendFileSync(join(directory, "outbox.log"), `${line}\n`.repeat(1_100));
    await store.commit(ANNA, samplePlay(2));
    expect(readFileSync(join(directory, "outbox.log"), "utf8").split("\n").length).toBeLessThan(5);
    const stats = await nodeOutbox(directory).stats(ANNA);
    expect(stats).toMatchObject({ seqMin: 2, seqNext: 3, drops: [{ reason: "refused", count: 1 }] });
    expect(await store.stats(ANNA)).toEqual(stats);
  });
});
