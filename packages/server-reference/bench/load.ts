/** Sends the same request over keep-alive connections as fast as the answers come, from a thread of its own. */
import { Worker } from "node:worker_threads";

/** What to send, and for how long. */
export interface LoadPlan {
  readonly port: number;
  /** The whole HTTP/1.1 request; its answers must have a Content-Length. */
  readonly request: Uint8Array;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}
/** What came of it. */
export interface LoadResult {
  readonly perSecond: number;
  /** Requests answered, with those of the warm-up. */
  readonly total: number;
  readonly failures: number;
}

/** Runs `plan` in a worker thread. */
export function measureLoad(plan: LoadPlan): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./load-thread.mjs", import.meta.url), { workerData: plan });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
