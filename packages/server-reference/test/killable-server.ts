/** The server as a process of its own, so that it can be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CLI = new URL("../src/cli/segue-server.ts", import.meta.url).pathname;

export interface KillableServer {
  url: string;
  /** Ends the process without a word. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startKillable(): Promise<KillableServer> {
  const dataDir = mkdtempSync(join(tmpdir(), "segue-killed-"));
  let child: ChildProcess;
  let port = "0";
  const server: KillableServer = {
    url: "",
    async kill() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
    async restart() {
      child = spawn(process.execPath, ["--import", "tsx", "--conditions=segue-source", CLI, "serve"], {
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          ...process.env,
          NODE_OPTIONS: "--conditions=segue-source",
          SEGUE_PORT: port,
          SEGUE_DATA_DIR: dataDir,
          SEGUE_DEMO: "0",
          SEGUE_RATE_LIMIT: "0",
        },
      });
      let said = "";
      for (const stream of [child.stdout!, child.stderr!])
        stream.on("data", (data) => {
          said += data;
        });
      for (;;) {
        const url = /http:\/\/[\d.]+:\d+/.exec(said)?.[0];
        if (url) {
          server.url = url;
          port = new URL(url).port;
          return;
        }
        if (child.exitCode !== null) throw new Error(`the server ended: ${said}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) await server.kill();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  await server.restart();
  return server;
}
