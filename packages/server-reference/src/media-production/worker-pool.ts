import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parentPort, Worker } from "node:worker_threads";
import { MasterRejected, type RejectReason } from "./master-rejected";

interface Answer<Result> {
  readonly value?: Result;
  readonly reason?: RejectReason;
  readonly detail?: string;
}

/** How a pool does its jobs. */
export interface WorkerPoolOptions<Job, Result> {
  /** File name without `.worker.js`, in the build's `workers` folder. */
  readonly name: string;
  /** Where the worker is, when not there. */
  readonly file?: string;
  readonly size: number;
  /** Does a job in this thread, where there is no build (tests, tools that run the sources). */
  readonly inProcess: (job: Job) => Promise<Result>;
  /** Milliseconds after which a job's thread is ended. */
  readonly timeoutMs: number;
}

/** Runs jobs in worker threads; a job that hangs or crashes takes only its own thread with it. */
export class WorkerPool<Job, Result> {
  private readonly idle: Worker[] = [];
  private readonly all = new Set<Worker>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;
  private closed = false;
  private readonly file: string | null;

  constructor(private readonly options: WorkerPoolOptions<Job, Result>) {
    this.file = options.file ?? findWorker(options.name);
  }

  /** @throws MasterRejected */
  async run(job: Job): Promise<Result> {
    while (this.running >= this.options.size)
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.closed) throw new MasterRejected("failed", "The work was cancelled.");
    this.running++;
    try {
      return this.file ? await this.runInWorker(this.file, job) : await this.options.inProcess(job);
    } finally {
      this.running--;
      this.waiting.shift()?.();
    }
  }

  /** Ends all threads; jobs under way fail. */
  async close(): Promise<void> {
    this.closed = true;
    for (const resolve of this.waiting.splice(0)) resolve();
    await Promise.all([...this.all].map((worker) => worker.terminate()));
  }

  private runInWorker(file: string, job: Job): Promise<Result> {
    const worker = this.idle.pop() ?? this.start(file);
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void, keep: boolean) => {
        clearTimeout(timer);
        // Named one by one: Node listens to its workers too.
        for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
        worker.on("error", () => {});
        if (keep && !this.closed) this.idle.push(worker);
        else {
          this.all.delete(worker);
          void worker.terminate();
        }
        settle();
      };
      const fail = (reason: RejectReason, detail?: string) =>
        finish(() => reject(new MasterRejected(reason, detail)), false);
      const timer = setTimeout(() => fail("timeout"), this.options.timeoutMs);
      worker.on("message", (answer: Answer<Result>) =>
        finish(() => {
          if (answer.reason) reject(new MasterRejected(answer.reason, answer.detail));
          else resolve(answer.value as Result);
        }, true),
      );
      worker.on("error", (error) => fail("failed", error.message.slice(0, 200)));
      worker.on("exit", () => fail("failed", "The worker ended."));
      worker.postMessage(job);
    });
  }

  private start(file: string): Worker {
    const worker = new Worker(pathToFileURL(file), {
      workerData: {},
      resourceLimits: { maxOldGenerationSizeMb: 2048 },
    });
    worker.unref();
    this.all.add(worker);
    return worker;
  }
}

function findWorker(name: string): string | null {
  let folder = dirname(fileURLToPath(import.meta.url));
  if (fileURLToPath(import.meta.url).endsWith(".ts")) return null;
  for (let level = 0; level < 3; level++) {
    const file = join(folder, "workers", `${name}.worker.js`);
    if (existsSync(file)) return file;
    folder = dirname(folder);
  }
  return null;
}

/** Answers a pool's jobs in a worker thread. */
export function serveJobs<Job, Result>(work: (job: Job) => Promise<Result>): void {
  parentPort?.on("message", (job: Job) => {
    work(job).then(
      (value) => parentPort?.postMessage({ value }),
      (error: unknown) => {
        const rejected =
          error instanceof MasterRejected ? error : new MasterRejected("failed", String(error).slice(0, 200));
        parentPort?.postMessage({ reason: rejected.reason, detail: rejected.detail });
      },
    );
  });
}
