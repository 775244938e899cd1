/**
 * A process that takes a lock again and again: `racer FOLDER ROUNDS STALE_MS [die]`. In the lock it reads a counter, waits and
 * writes it back, and complains when another living process is inside. With `die` it is killed while it holds the lock.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withFileLock } from "../../src/node/storage/file-lock";

const [folder, rounds, staleMs, die] = process.argv.slice(2);
const counter = join(folder!, "counter");
const inside = join(folder!, "inside");
const timing = { pollMs: 10, touchMs: 100, staleMs: Number(staleMs), patienceMs: 60_000 };

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

for (let round = 0; round < Number(rounds); round++) {
  await withFileLock(
    join(folder!, "test.lock"),
    async () => {
      const other = Number(await readFile(inside, "utf8").catch(() => "0"));
      if (other > 0 && lives(other)) throw new Error(`${other} is inside, too`);
      await writeFile(inside, String(process.pid));
      if (die) process.kill(process.pid, "SIGKILL");
      const count = Number(await readFile(counter, "utf8").catch(() => "0"));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
      await writeFile(counter, String(count + 1));
      await rm(inside, { force: true });
    },
    timing,
  );
}
