import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withFileLock } from "../../src/node/storage/file-lock";

const racer = fileURLToPath(new URL("racer.ts", import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "segue-lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs a racer to its end. */
function race(rounds: number, options: { readonly staleMs?: number; readonly die?: boolean } = {}) {
  const { staleMs = 30_000, die = false } = options;
  const args = [
    "--import",
    "tsx",
    "--conditions=segue-source",
    racer,
    folder,
    String(rounds),
    String(staleMs),
  ];
  const child = spawn(process.execPath, die ? [...args, "die"] : args, {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  return new Promise<string>((resolve) =>
    child.on("close", (code, signal) => resolve(code === 0 ? "done" : (signal ?? errors.slice(0, 500)))),
  );
}

test("processes that race for a lock hold it one at a time, also when holders are killed", async () => {
  const results = await Promise.all([
    race(25),
    race(1, { die: true }),
    race(25),
    race(1, { die: true }),
    race(25),
    race(1, { die: true }),
  ]);
  expect(results).toEqual(["done", "SIGKILL", "done", "SIGKILL", "done", "SIGKILL"]);
  expect(await readFile(join(folder, "counter"), "utf8")).toBe("75");
  // A process that was killed last leaves its claim to whoever comes next.
  expect(await race(1)).toBe("done");
  expect((await readdir(folder)).filter((name) => name.startsWith("test.lock"))).toEqual([]);
}, 90_000);

test("a lock that nobody touches is taken over by exactly one of those who wait for it", async () => {
  // The claim of a machine that shares the folder and went away: whether it lives, only waiting can tell.
  await writeFile(join(folder, "test.lock.elsewhere.1.0"), "");
  const results = await Promise.all([race(20, { staleMs: 3_000 }), race(20, { staleMs: 3_000 })]);
  expect(results).toEqual(["done", "done"]);
  expect(await readFile(join(folder, "counter"), "utf8")).toBe("40");
}, 90_000);

test("a lock is free again after its task, also when that failed", async () => {
  const path = join(folder, "one.lock");
  await expect(withFileLock(path, () => Promise.reject(new Error("as asked")))).rejects.toThrow("as asked");
  expect(await withFileLock(path, async () => "next")).toBe("next");
  expect(await readdir(folder)).toEqual([]);
});

test("who waits in vain is told", async () => {
  const timing = { pollMs: 5, touchMs: 1_000, staleMs: 60_000, patienceMs: 100 };
  const path = join(folder, "busy.lock");
  await withFileLock(path, async () => {
    await expect(withFileLock(path, async () => undefined, timing)).rejects.toMatchObject({
      code: "unavailable",
    });
  });
});
