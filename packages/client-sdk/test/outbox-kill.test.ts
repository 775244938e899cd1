import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { nodeOutbox } from "../src/node/storage/node-outbox";
import { samplePlay } from "../src/testing/acceptance-outbox";

const directory = mkdtempSync(join(tmpdir(), "segue-outbox-kill-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const PROGRAM = new URL("./outbox-program.ts", import.meta.url).pathname;
const ANNA = "usr_00000000000000000000000001";

/** Runs the program from play `first` on and kills it `ms` after its first word. Resolves with what it said. */
async function killed(first: number, ms: number): Promise<{ opened: number[]; safe: number[] }> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "--conditions=segue-source", PROGRAM, directory, String(first)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let said = "";
  let doomed = false;
  child.stdout.on("data", (chunk) => {
    said += chunk;
    if (!doomed) setTimeout(() => child.kill("SIGKILL"), ms);
    doomed = true;
  });
  await new Promise((resolve) => child.once("close", resolve));
  const numbers = (word: string) =>
    [...said.matchAll(new RegExp(`${word} (\\d+)\n`, "g"))].map((match) => Number(match[1]));
  return { opened: numbers("open"), safe: numbers("safe") };
}

test("a program that is killed again and again loses no play that it was told to be safe, and reports the one that went on", async () => {
  const safe: number[] = [];
  const opened: number[] = [];
  for (const [round, ms] of [5, 40, 90].entries()) {
    const said = await killed(1_000 * (round + 1), ms);
    safe.push(...said.safe);
    opened.push(...said.opened);
    await nodeOutbox(directory).adoptOrphans();
  }
  const store = nodeOutbox(directory);
  const rows = await store.list(ANNA, 100_000);
  const kept = new Set(rows.map(({ play }) => play.eventId));
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
  expect(kept.size).toBe(rows.length);
  for (const n of [...safe, ...opened]) expect(kept.has(samplePlay(n).eventId)).toBe(true);
  expect(safe.length).toBeGreaterThan(3);
});
