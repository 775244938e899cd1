import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { WorkerPool } from "./worker-pool";

const folder = mkdtempSync(join(tmpdir(), "segue-pool-"));
const file = join(folder, "test.worker.mjs");
writeFileSync(
  file,
  `import { parentPort } from "node:worker_threads";
   parentPort.on("message", (job) => {
     if (job === "spin") for (;;);
     if (job === "throw") throw new Error("broken inside");
     if (job === "exit") process.exit(3);
     parentPort.postMessage({ value: job + "!" });
   });`,
);
let pool: WorkerPool<string, string>;
const start = (timeoutMs: number) => {
  pool = new WorkerPool({ name: "test", file, size: 1, timeoutMs, inProcess: async () => "never" });
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
