import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parentPort, Worker } from "node:worker_threads";
import { MasterRejected, type RejectReason } from "../../production/read/master-rejected";
import { NO_SIGNS, type Signs } from "../../production/read/workshop";

/** What a worker says: its answer, or what happens on the way to it. */
type Message<Result> =
  | { readonly kind: "done"; readonly value: Result }
  | { readonly kind: "rejected"; readonly reason: RejectReason; readonly detail: string | undefined }
  | { readonly kind: "progress" }
  | { readonly kind: "child"; readonly pid: number; readonly running: boolean };

/** How a pool does its jobs. */
export interface WorkerPoolOptions<Job, Result> {
  /** File name without `.worker.js`, in the build's `workers` folder. */
  readonly name: string;
  /** Where the worker is, when not there. */
  readonly file?: string;
  readonly size: number;
  /** Does a job in this thread, where there is no build (tests, tools that run the sources). */
  readonly inProcess: (job: Job, signs: Signs) => Promise<Result>;
  /** Milliseconds without a sign of progress after which a job's thread is ended. */
  readonly stallMs: number;
}

/** Runs jobs in worker threads; a job that hangs or crashes takes only its own thread and child processes with it. */
export class WorkerPool<Job, Result> {
  readonly #options: WorkerPoolOptions<Job, Result>;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  readonly #children = new Set<number>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #closed = false;
  readonly #file: string | null;

  constructor(options: WorkerPoolOptions<Job, Result>) {
    this.#options = options;
    this.#file = options.file ?? findWorker(options.name);
  }

  /** @throws MasterRejected */
  async run(job: Job): Promise<Result> {
    while (this.#running >= this.#options.size)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#closed) throw new MasterRejected("failed", "The work was cancelled.");
    this.#running++;
    try {
      return this.#file
        ? await this.#runInWorker(this.#file, job)
        : await this.#options.inProcess(job, NO_SIGNS);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  /** Ends all threads; jobs under way fail. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
    for (const pid of this.#children) this.#end(pid);
  }

  #end(pid: number): void {
    this.#children.delete(pid);
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself meanwhile.
    }
  }

  #runInWorker(file: string, job: Job): Promise<Result> {
    const worker = this.#idle.pop() ?? this.#start(file);
    const children = new Set<number>();
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void, keep: boolean) => {
        clearTimeout(timer);
        // Named one by one: Node listens to its workers too.
        for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
        worker.on("error", () => {});
        if (keep && !this.#closed) this.#idle.push(worker);
        else {
          this.#all.delete(worker);
          void worker.terminate();
          for (const pid of children) this.#end(pid);
        }
        settle();
      };
      const fail = (reason: RejectReason, detail?: string) =>
        finish(() => reject(new MasterRejected(reason, detail)), false);
      const timer = setTimeout(() => fail("timeout"), this.#options.stallMs);
      worker.on("message", (message: Message<Result>) => {
        if (message.kind === "done") finish(() => resolve(message.value), true);
        else if (message.kind === "rejected")
          finish(() => reject(new MasterRejected(message.reason, message.detail)), true);
        else if (message.kind === "progress") timer.refresh();
        else
          for (const set of [children, this.#children])
            message.running ? set.add(message.pid) : set.delete(message.pid);
      });
      worker.on("error", (error) => fail("failed", error.message.slice(0, 200)));
      worker.on("exit", () => fail("failed", "The worker ended."));
      worker.postMessage(job);
    });
  }

  #start(file: string): Worker {
    const worker = new Worker(pathToFileURL(file), {
      workerData: {},
      resourceLimits: { maxOldGenerationSizeMb: 2048 },
    });
    worker.unref();
    this.#all.add(worker);
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

const say = (message: Message<unknown>) => parentPort?.postMessage(message);

/** Answers a pool's jobs in a worker thread. */
export function serveJobs<Job, Result>(work: (job: Job, signs: Signs) => Promise<Result>): void {
  const signs = signsOfLife();
  parentPort?.on("message", (job: Job) => {
    work(job, signs).then(
      (value) => say({ kind: "done", value }),
      (error: unknown) => {
        const { reason, detail } =
          error instanceof MasterRejected ? error : new MasterRejected("failed", String(error).slice(0, 200));
        say({ kind: "rejected", reason, detail });
      },
    );
  });
}

const PROGRESS_MS = 1000;

/** Tells the pool, and not more often than it needs to hear. */
function signsOfLife(): Signs {
  let saidAt = Number.NEGATIVE_INFINITY;
  return {
    progress() {
      const now = performance.now();
      if (now - saidAt < PROGRESS_MS) return;
      saidAt = now;
      say({ kind: "progress" });
    },
    child: (pid, running) => say({ kind: "child", pid, running }),
  };
}
