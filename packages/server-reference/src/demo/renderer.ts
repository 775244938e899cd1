import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WorkerPool } from "../adapters/workers/worker-pool";
import type { ServerContext } from "../context";
import { MasterRejected } from "../production/read/master-rejected";
import type { Ffmpeg } from "../production/read/workshop";
import type { Composition } from "./composer";
import { type RenderJob, type RenderResult, render } from "./render-job";
import { type QueuedRender, RENDER_KINDS, RenderQueue } from "./render-queue";
import { seedOf } from "./rng";

/** How far the demo's rendering is. */
export interface DemoProgress {
  /** Tracks in the demo. */
  readonly total: number;
  readonly ready: number;
  readonly failed: number;
  /** Tracks whose remaining tiers are made too. */
  readonly complete: number;
}

/** Renders the demo's tracks in the background. */
export interface DemoRenderer {
  /** Moves a track that someone waits for to the front. Unknown and finished tracks are ignored. */
  requestTrack(trackId: string): Promise<void>;
  progress(): Promise<DemoProgress>;
  /** Ends the work under way; it is done anew on the next start. */
  stop(): Promise<void>;
}

const MAX_ATTEMPTS = 2;
const URGENT = 10_000_000;
/** Threads that render. Where a thread can step back behind the server's own, every core may help. */
const LANES = Math.max(1, Math.min(4, availableParallelism() - (process.platform === "linux" ? 0 : 1)));

/** Starts to render, the most urgent first; AAC only with `ffmpeg`. Returns at once. */
export function startDemoRenderer(context: ServerContext, ffmpeg: Ffmpeg | null): DemoRenderer {
  const { db, now, logger } = context;
  const pool = new WorkerPool<RenderJob, RenderResult>({
    name: "demo-render",
    size: LANES,
    inProcess: render,
    stallMs: 180_000,
  });
  const stopping = new AbortController();
  const queue = new RenderQueue(db, now);
  const taken = new Set<number>();

  async function work(job: QueuedRender): Promise<void> {
    const spec = JSON.parse(job.composition) as { composition: Composition; from: number; frames: number };
    const phase = job.kind === RENDER_KINDS.first ? "first" : "rest";
    const mediaRoot = join(context.config.dataDir, "media");
    const serial = seedOf(job.trackId);
    const secret = context.secrets.content;
    const made = await pool.run({ ...spec, phase, serial, mediaRoot, secret, ffmpeg });
    await queue.finish(job, made);
  }

  async function fail(job: QueuedRender, error: unknown): Promise<void> {
    const reason = error instanceof MasterRejected ? error.message : "The track could not be rendered.";
    logger.warn({ trackId: job.trackId, reason }, "demo track failed");
    await queue.fail(job, reason, job.attempts + 1 >= MAX_ATTEMPTS);
  }

  /** Takes turns: two lanes must not find the same job. */
  let turn: Promise<unknown> = Promise.resolve();
  function take(): Promise<QueuedRender | undefined> {
    const taking = turn.then(async () => {
      const job = await queue.next(taken);
      if (job) taken.add(job.id);
      return job;
    });
    turn = taking.catch(() => {});
    return taking;
  }

  async function lane(): Promise<void> {
    while (!stopping.signal.aborted) {
      const job = await take();
      if (!job) return;
      try {
        await work(job);
      } catch (error) {
        if (stopping.signal.aborted) return;
        await fail(job, error);
      } finally {
        taken.delete(job.id);
      }
      await sleep(1);
    }
  }

  const done = Promise.all(Array.from({ length: LANES }, lane)).catch((error: unknown) => {
    if (!stopping.signal.aborted) logger.error({ err: error }, "demo rendering stopped");
  });
  return {
    async requestTrack(trackId) {
      // The last one asked for is the one that somebody waits for now.
      await queue.setPriority(trackId, URGENT + now() / 1000);
    },
    async progress() {
      const rows = await queue.counts();
      const count = (kind: string, state?: string) =>
        rows
          .filter((row) => row.kind === kind && (!state || row.state === state))
          .reduce((sum, row) => sum + row.count, 0);
      const { first, rest } = RENDER_KINDS;
      return {
        total: count(first),
        ready: count(first, "done"),
        failed: count(first, "failed"),
        complete: count(rest, "done"),
      };
    },
    async stop() {
      stopping.abort();
      await pool.close();
      await done;
    },
  };
}
