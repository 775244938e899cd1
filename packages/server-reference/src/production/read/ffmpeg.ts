import { execFile, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { promisify } from "node:util";
import { LIMITS } from "./limits";
import { MasterRejected } from "./master-rejected";
import type { Ffmpeg, Workshop } from "./workshop";

const run = promisify(execFile);

/** Asks `command` whether it is an ffmpeg with an AAC encoder; null when not, and for `off`. */
export async function findFfmpeg(command: string): Promise<Ffmpeg | null> {
  if (command === "off") return null;
  try {
    const { stdout } = await run(command, ["-hide_banner", "-encoders"], {
      timeout: 10_000,
      maxBuffer: 1 << 20,
    });
    return /^\s*A\S*\s+aac\s/m.test(stdout) ? { command } : null;
  } catch {
    return null;
  }
}

/** What bounds one run. */
export interface FfmpegRun {
  readonly args: readonly string[];
  /** What ffmpeg reads on standard input. */
  readonly input?: boolean;
}

/** What a run needs of the workshop. */
export type FfmpegTools = Pick<Workshop, "ffmpeg" | "signs">;

/** A run under way. */
export interface FfmpegProcess {
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  /** Resolves when it ended well. @throws MasterRejected `needs_ffmpeg`, `corrupt`, `timeout` or `failed` */
  readonly done: Promise<void>;
  stop(): void;
}

/**
 * Starts ffmpeg without a shell, without a terminal and without network protocols. It ends itself after the time that
 * a master may take, also when nobody is left to stop it.
 * @throws MasterRejected `needs_ffmpeg`
 */
export function startFfmpeg({ args, input = false }: FfmpegRun, tools: FfmpegTools): FfmpegProcess {
  const { ffmpeg, signs } = tools;
  if (!ffmpeg) throw new MasterRejected("needs_ffmpeg");
  const seconds = LIMITS.ffmpegMs / 1000;
  const fixed = ["-nostdin", "-hide_banner", "-v", "error", "-threads", "1", "-timelimit", String(seconds)];
  const child = spawn(ffmpeg.command, [...fixed, ...args], {
    stdio: [input ? "pipe" : "ignore", "pipe", "pipe"],
  });
  let complaint = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    if (complaint.length < 400) complaint += chunk.toString("utf8");
  });
  child.stdin?.on("error", () => {});
  if (child.pid !== undefined) signs.child(child.pid, true);
  let isMissing = false;
  let isStopped = false;
  const done = new Promise<void>((resolve, reject) => {
    child.on("error", () => {
      isMissing = true;
    });
    child.on("close", (code, signal) => {
      if (child.pid !== undefined) signs.child(child.pid, false);
      if (isMissing) reject(new MasterRejected("needs_ffmpeg"));
      else if (code === 0 || isStopped) resolve();
      else if (signal === "SIGXCPU" || (signal === "SIGKILL" && !isStopped))
        reject(new MasterRejected("timeout"));
      else if (signal) reject(new MasterRejected("failed", "ffmpeg was ended."));
      else reject(new MasterRejected("corrupt", tidy(complaint)));
    });
  });
  done.catch(() => {});
  return {
    stdin: child.stdin,
    stdout: child.stdout!,
    done,
    stop() {
      isStopped = true;
      child.kill("SIGKILL");
    },
  };
}

/** What a run writes to standard output, as it comes. @throws MasterRejected */
export async function* ffmpegStream(run: FfmpegRun, tools: FfmpegTools): AsyncGenerator<Uint8Array> {
  const child = startFfmpeg(run, tools);
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    await child.done;
  } finally {
    child.stop();
  }
}

/** The first line of a complaint, without paths. */
function tidy(complaint: string): string | undefined {
  return complaint
    .split("\n")[0]
    ?.replace(/\S*\/\S*/g, "…")
    .slice(0, 200);
}
