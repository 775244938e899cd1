import { mkdir, open, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { SegueError } from "@segue/core";

const POLL_MS = 50;
const STALE_MS = 30_000;
const PATIENCE_MS = 60_000;

/** Runs `task` while this process holds the lock file. One whose holder died is taken over after 30 s. */
export async function withFileLock<T>(path: string, task: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  for (let waited = 0; !(await take(path)); waited += POLL_MS) {
    if (waited > PATIENCE_MS)
      throw new SegueError("unavailable", { detail: "another program holds the client's files" });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  try {
    return await task();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await (await open(path, "wx", 0o600)).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw SegueError.from(error, "unavailable");
    const age = await stat(path).then(
      (info) => Date.now() - info.mtimeMs,
      () => 0,
    );
    if (age > STALE_MS) await rm(path, { force: true });
    return false;
  }
}
