import { type ChildProcess, execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { LIMITS } from "./limits";
import { MasterRejected } from "./master-rejected";

const run = promisify(execFile);
let found: Promise<string | null> | undefined;

/** The command of a usable ffmpeg with an AAC encoder, or null. Asked once per process; `SEGUE_FFMPEG=off` hides it. */
export function findFfmpeg(): Promise<string | null> {
  found ??= (async () => {
    const command = process.env.SEGUE_FFMPEG || "ffmpeg";
    if (command === "off") return null;
    try {
      const { stdout } = await run(command, ["-hide_banner", "-encoders"], {
        timeout: 10_000,
        maxBuffer: 1 << 20,
      });
      return /^\s*A\S*\s+aac\s/m.test(stdout) ? command : null;
    } catch {
      return null;
    }
  })();
  return found;
}

/** What bounds one run. */
export interface FfmpegRun {
  readonly args: readonly string[];
  /** Bytes that may come out before the run is stopped. */
  readonly maxBytes: number;
  readonly timeoutMs?: number;
  readonly input?: Uint8Array;
}

/**
 * Runs ffmpeg without a shell, without a terminal and without network protocols, and returns what it writes to
 * standard output. @throws MasterRejected `needs_ffmpeg`, `corrupt`, `too_long` or `timeout`.
 */
export async function runFfmpeg({
  args,
  maxBytes,
  timeoutMs = LIMITS.ffmpegMs,
  input,
}: FfmpegRun): Promise<Uint8Array> {
  const command = await findFfmpeg();
  if (!command) throw new MasterRejected("needs_ffmpeg");
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(
      command,
      ["-nostdin", "-hide_banner", "-v", "error", "-threads", "1", ...args],
      {
        stdio: [input ? "pipe" : "ignore", "pipe", "pipe"],
      },
    );
    const chunks: Buffer[] = [];
    let size = 0;
    let complaint = "";
    let stopped: MasterRejected | undefined;
    const stop = (error: MasterRejected) => {
      stopped ??= error;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(() => stop(new MasterRejected("timeout")), timeoutMs);
    child.stdout?.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) stop(new MasterRejected("too_long"));
      else chunks.push(chunk);
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      if (complaint.length < 400) complaint += chunk.toString("utf8");
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
    child.on("error", () => stop(new MasterRejected("needs_ffmpeg")));
    child.on("close", (code) => {
      clearTimeout(timer);
      if (stopped) reject(stopped);
      else if (code !== 0)
        reject(
          new MasterRejected(
            "corrupt",
            complaint
              .split("\n")[0]
              ?.replace(/\S*\/\S*/g, "…")
              .slice(0, 200),
          ),
        );
      else resolve(Buffer.concat(chunks));
    });
  });
}
