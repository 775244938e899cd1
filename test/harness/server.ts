import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const SERVER_PROGRAM = join(root, "packages/server-reference/dist/cli/segue-server.js");
export const WEB_PLAYER = join(root, "examples/web-player/dist");

/** A reference server in a process of its own, on a data directory of its own. */
export interface RunningServer {
  readonly url: string;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  /** Ends the process; the data directory stays until `remove`. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Ends the process and removes its data. */
  remove(): Promise<void>;
}

/** A port that nothing listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** Resolves once `url` answers 200. @throws Error when the process ends first or 60 s pass */
async function untilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null)
      throw new Error(`the server ended with code ${child.exitCode}:\n${output()}`);
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the server was not ready after 60 s:\n${output()}`);
}

/** Starts the built server and waits until it is ready. */
export async function startServer(
  options: { readonly env?: Record<string, string>; readonly dataDir?: string; readonly port?: number } = {},
): Promise<RunningServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "segue-server-")));
  const port = options.port ?? (await freePort());
  const child = spawn(process.execPath, [SERVER_PROGRAM, "serve"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      SEGUE_PORT: String(port),
      SEGUE_DATA_DIR: dataDir,
      SEGUE_WEB_DIR: WEB_PLAYER,
      SEGUE_LOG_LEVEL: "warn",
      SEGUE_DEMO: "0",
      ...options.env,
    },
  });
  const printed: string[] = [];
  child.stdout?.on("data", (chunk: Buffer) => printed.push(chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => printed.push(chunk.toString()));
  const output = () => printed.join("");
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    child.kill(signal);
    await ended;
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilReady(`${url}/readyz`, child, output);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return {
    url,
    dataDir,
    process: child,
    output,
    stop,
    remove: async () => {
      await stop("SIGKILL");
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Runs one of the server's commands, such as `["ingest", folder]`, to its end. */
export function runServerCommand(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SERVER_PROGRAM, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, SEGUE_LOG_LEVEL: "warn", ...env },
    });
    const printed: string[] = [];
    child.stdout.on("data", (chunk: Buffer) => printed.push(chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => printed.push(chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output: printed.join("") }));
  });
}
