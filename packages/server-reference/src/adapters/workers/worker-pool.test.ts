import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { WorkerPool } from "./worker-pool";

const folder = mkdtempSync(join(tmpdir(), "segue-pool-"));
const file = join(folder, "test.worker.mjs");
writeFileSync(
  file,
  `import { spawn } from "node:child_process";
   import { writeFileSync } from "node:fs";
   import { parentPort } from "node:worker_threads";
   parentPort.on("message", (job) => {
     if (job === "spin") for (;;);
     if (job === "throw") throw new Error("broken inside");
     if (job === "exit") process.exit(3);
     if (job === "sleep with child") {
       const { pid } = spawn("sleep", ["60"]);
       parentPort.postMessage({ kind: "child", pid, running: true });
       writeFileSync(${JSON.stringify(join(folder, "pid"))}, String(pid));
       return;
     }
     if (job === "slow") {
       let left = 6;
       setInterval(() => parentPort.postMessage(--left > 0 ? { kind: "progress" } : { kind: "done", value: "slow!" }), 200);
       return;
     }
     parentPort.postMessage({ kind: "done", value: job + "!" });
   });`,
);
let pool: WorkerPool<string, string>;
const start = (stallMs: number) => {
  pool = new WorkerPool({ name: "test", file, size: 1, stallMs, inProcess: async () => "never" });
};
afterEach(() => pool.close());
afterAll(() => rmSync(folder, { recursive: true }));

describe("a pool of workers", () => {
  it("ends a job that spins with a reason, and does the next one", async () => {
    start(300);
    const spinning = pool.run("spin");
    const next = pool.run("work");
    await expect(spinning).rejects.toMatchObject({ name: "MasterRejected", reason: "timeout" });
    expect(await next).toBe("work!");
  });

  it("waits for a job that says that it goes on", async () => {
    start(1000);
    expect(await pool.run("slow")).toBe("slow!");
  });

  it("ends the child processes of a job that hangs", async () => {
    start(500);
    await expect(pool.run("sleep with child")).rejects.toMatchObject({ reason: "timeout" });
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    const isThere = () => {
      try {
        process.kill(pid, 0);
        return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
      } catch {
        return false;
      }
    };
    while (isThere()) await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it("survives a worker that breaks or ends", async () => {
    start(30_000);
    await expect(pool.run("throw")).rejects.toMatchObject({ reason: "failed" });
    await expect(pool.run("exit")).rejects.toMatchObject({ reason: "failed" });
    expect(await pool.run("work")).toBe("work!");
  });

  it("lets nobody wait once it is closed", async () => {
    start(30_000);
    const spinning = pool.run("spin");
    const waiting = pool.run("work");
    const ended = [
      expect(spinning).rejects.toMatchObject({ reason: "failed" }),
      expect(waiting).rejects.toMatchObject({ reason: "failed" }),
    ];
    await pool.close();
    await Promise.all(ended);
  });
});
