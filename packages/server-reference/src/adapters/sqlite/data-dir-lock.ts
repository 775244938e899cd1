/** One process per data directory. */
import { closeSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Another process uses the data directory; `message` is one line that says which. */
export class DataDirInUse extends Error {
  override readonly name = "DataDirInUse";
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** When the process `pid` began, as Linux says it, so that a reused pid is not mistaken for the holder; "" elsewhere. */
function startedAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

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
 * Creates `dataDir` when it is missing and takes its lock. A lock left by a process that is gone is taken over.
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
      if (pid !== null || attempt > 3)
        throw new DataDirInUse(
          `${dataDir} is in use by the process ${pid ?? "?"}; stop it, or set SEGUE_DATA_DIR to another folder.`,
        );
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
