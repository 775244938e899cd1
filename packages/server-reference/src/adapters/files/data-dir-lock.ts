/** One process per data directory. */
import { closeSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Another process uses the data directory; `message` is one line that says which. */
export class DataDirInUse extends Error {
  override readonly name = "DataDirInUse";
}

/** Fields of /proc/PID/stat after the program's name: the state first; empty where there is no such file. */
function processStat(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie has ended; only its parent has not asked for its exit code yet.
    return processStat(pid)[0] !== "Z";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** When the process `pid` began, as Linux says it, so that a reused pid is not mistaken for the holder; "" elsewhere. */
function startedAt(pid: number): string {
  return processStat(pid)[19] ?? "";
}

/** How often a lock whose holder may be about to end is tried, 100 ms apart. */
const ATTEMPTS = 15;

const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);

function holder(file: string): number | null {
  try {
    const [pid, started = ""] = readFileSync(file, "utf8").trim().split(" ");
    const number = Number(pid);
    if (!Number.isInteger(number) || number <= 0 || !alive(number)) return null;
    return started === startedAt(number) ? number : null;
  } catch {
    return null;
  }
}

/**
 * Creates `dataDir` when it is missing and takes its lock. A lock left by a process that is gone is taken over;
 * one whose holder lives is waited for, 1.5 s at most, as a killed process takes a moment to end.
 * @returns gives the lock back
 * @throws DataDirInUse
 */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, "server.lock");
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = openSync(file, "wx", 0o600);
      writeSync(handle, `${process.pid} ${startedAt(process.pid)}\n`);
      closeSync(handle);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const pid = holder(file);
      if (attempt >= ATTEMPTS)
        throw new DataDirInUse(
          `${dataDir} is in use by the process ${pid ?? "?"}; stop it, or set SEGUE_DATA_DIR to another folder.`,
        );
      if (pid !== null) {
        pause();
        continue;
      }
      try {
        unlinkSync(file);
      } catch {
        // Another process that starts at the same time was faster; the next attempt finds out.
      }
    }
  }
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    try {
      unlinkSync(file);
    } catch {
      // The directory is gone, and the lock with it.
    }
  };
}
