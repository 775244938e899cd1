import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { type Milliseconds, SegueError } from "@segue/core";

/** How long a lock lets others wait. */
export interface LockTiming {
  readonly pollMs: Milliseconds;
  /** A live holder says so this often. */
  readonly touchMs: Milliseconds;
  /** A claim that stood still for so long while it was watched is that of a holder that died. */
  readonly staleMs: Milliseconds;
  readonly patienceMs: Milliseconds;
}
const TIMING: LockTiming = { pollMs: 50, touchMs: 5_000, staleMs: 30_000, patienceMs: 60_000 };
const HERE = encodeURIComponent(hostname()).replaceAll(".", "%2E");

/**
 * Runs `task` while no other process runs one for the same `path`. A lock whose holder died is taken over.
 *
 * Every process that wants the lock makes a claim: a file beside `path` whose name nobody else ever uses. It holds the lock
 * once it has looked at all claims, after having made its own, and saw no other. So of two that look at the same time at
 * most one holds; and whoever removes the claim of a dead process can hit no living one's.
 * @throws SegueError `unavailable` when another program keeps the lock for a minute
 */
export async function withFileLock<T>(
  path: string,
  task: () => Promise<T>,
  timing: LockTiming = TIMING,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const release = await acquire(path, timing);
  try {
    return await task();
  } finally {
    await release();
  }
}

async function acquire(path: string, timing: LockTiming): Promise<() => Promise<void>> {
  const claims = new Claims(path, timing);
  const deadline = performance.now() + timing.patienceMs;
  while (performance.now() < deadline) {
    // Who sees a claim waits without one, so that claims meet only when they were made at the same time.
    if ((await claims.others(null)).length === 0) {
      const mine = await claims.make();
      try {
        for (let others = await claims.others(mine.name); ; others = await claims.others(mine.name)) {
          if (others.length === 0) return mine.remove;
          // Of claims that met, the first by name stays and the others give way.
          if (others.some((other) => other < mine.name) || performance.now() >= deadline) break;
          await pause(timing.pollMs / 5);
        }
      } catch (error) {
        await mine.remove();
        throw error;
      }
      await mine.remove();
    }
    await pause(timing.pollMs);
  }
  throw new SegueError("unavailable", { detail: "another program holds the client's files" });
}

/** Waits about `ms`; two that wait do not come back together. */
const pause = (ms: Milliseconds) => new Promise((resolve) => setTimeout(resolve, ms * (0.5 + Math.random())));

/** The claims on one lock, as one process sees them. */
class Claims {
  readonly #folder: string;
  readonly #prefix: string;
  readonly #timing: LockTiming;
  /** When a claim was first seen as it is. */
  readonly #seen = new Map<string, { readonly mtimeMs: number; readonly since: Milliseconds }>();

  constructor(path: string, timing: LockTiming) {
    this.#folder = dirname(path);
    this.#prefix = `${basename(path)}.`;
    this.#timing = timing;
  }

  async make(): Promise<{ readonly name: string; readonly remove: () => Promise<void> }> {
    const name = `${this.#prefix}${HERE}.${process.pid}.${randomUUID()}`;
    const file = join(this.#folder, name);
    try {
      await (await open(file, "wx", 0o600)).close();
    } catch (cause) {
      throw new SegueError("unavailable", { detail: "the client's files cannot be written", cause });
    }
    const touch = setInterval(() => {
      const now = new Date();
      utimes(file, now, now).catch(() => undefined);
    }, this.#timing.touchMs);
    touch.unref();
    const remove = async () => {
      clearInterval(touch);
      await rm(file, { force: true });
    };
    return { name, remove };
  }

  /** Names of the claims but `mine`, those of dead processes removed. */
  async others(mine: string | null): Promise<readonly string[]> {
    const names = (await readdir(this.#folder)).filter(
      (name) => name.startsWith(this.#prefix) && name !== mine,
    );
    const alive: string[] = [];
    for (const name of names) {
      if (await this.#isDead(name)) await rm(join(this.#folder, name), { force: true });
      else alive.push(name);
    }
    return alive;
  }

  async #isDead(name: string): Promise<boolean> {
    const [host, pid] = name.slice(this.#prefix.length).split(".");
    if (host === HERE && !isRunning(Number(pid))) return true;
    const mtimeMs = await stat(join(this.#folder, name)).then(
      (info) => info.mtimeMs,
      () => null,
    );
    if (mtimeMs === null) return false;
    // By this process's own clock, which stands still with the holder's when the machine sleeps.
    const seen = this.#seen.get(name);
    if (seen?.mtimeMs !== mtimeMs) this.#seen.set(name, { mtimeMs, since: performance.now() });
    return seen?.mtimeMs === mtimeMs && performance.now() - seen.since > this.#timing.staleMs;
  }
}

/** Whether a process has this number on this machine. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
