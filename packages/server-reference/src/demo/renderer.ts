import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WorkerPool } from "../adapters/workers/worker-pool";
import type { ServerContext } from "../context";
import { setMediaState, storeMeasured, storeRenditions, updateAlbumLoudness } from "../ingest/media-records";
import { MasterRejected } from "../production/read/master-rejected";
import type { Ffmpeg } from "../production/read/workshop";
import type { Composition } from "./composer";
import { type RenderJob, type RenderResult, render } from "./render-job";
import { seedOf } from "./rng";
import { RENDER_KINDS } from "./seed";

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
  const kinds = Object.values(RENDER_KINDS);

  const taken = new Set<number>();

  async function next() {
    return db
      .selectFrom("media_jobs")
      .innerJoin("track_targets", "track_targets.track_id", "media_jobs.subject")
      .innerJoin("tracks", "tracks.id", "media_jobs.subject")
      .where("media_jobs.kind", "in", kinds)
      .where("media_jobs.state", "=", "queued")
      .where("media_jobs.id", "not in", [...taken])
      .orderBy("media_jobs.priority", "desc")
      .orderBy("media_jobs.id")
      .select(["media_jobs.id", "media_jobs.kind", "media_jobs.attempts", "media_jobs.subject"])
      .select(["track_targets.composition", "tracks.album_id"])
      .executeTakeFirst();
  }
  type Job = NonNullable<Awaited<ReturnType<typeof next>>>;

  async function work(job: Job): Promise<void> {
    const spec = JSON.parse(job.composition) as { composition: Composition; from: number; frames: number };
    const phase = job.kind === RENDER_KINDS.first ? "first" : "rest";
    const mediaRoot = join(context.config.dataDir, "media");
    const serial = seedOf(job.subject);
    const secret = context.secrets.content;
    const made = await pool.run({ ...spec, phase, serial, mediaRoot, secret, ffmpeg });
    await db.transaction().execute(async (tx) => {
      await storeRenditions(tx, job.subject, made.renditions, now());
      if (made.measured) {
        await storeMeasured(tx, job.subject, made.measured, now());
        await updateAlbumLoudness(tx, job.album_id);
        await setMediaState(tx, job.subject, "ready", null, now());
      }
      await tx
        .updateTable("media_jobs")
        .set({ state: "done", updated_at: now() })
        .where("id", "=", job.id)
        .execute();
    });
  }

  async function fail(job: Job, error: unknown): Promise<void> {
    const reason = error instanceof MasterRejected ? error.message : "The track could not be rendered.";
    logger.warn({ trackId: job.subject, reason }, "demo track failed");
    const isLast = job.attempts + 1 >= MAX_ATTEMPTS;
    await db.transaction().execute(async (tx) => {
      const change = {
        state: isLast ? "failed" : "queued",
        attempts: job.attempts + 1,
        reason,
        updated_at: now(),
      } as const;
      await tx.updateTable("media_jobs").set(change).where("id", "=", job.id).execute();
      if (isLast && job.kind === RENDER_KINDS.first)
        await setMediaState(tx, job.subject, "failed", reason, now());
    });
  }

  /** Takes turns: two lanes must not find the same job. */
  let turn: Promise<unknown> = Promise.resolve();
  function take(): Promise<Job | undefined> {
    const taking = turn.then(async () => {
      const job = await next();
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
      const bump = { priority: URGENT + now() / 1000, updated_at: now() };
      await db
        .updateTable("media_jobs")
        .set(bump)
        .where("subject", "=", trackId)
        .where("kind", "=", RENDER_KINDS.first)
        .where("state", "=", "queued")
        .execute();
    },
    async progress() {
      const rows = await db
        .selectFrom("media_jobs")
        .where("kind", "in", kinds)
        .groupBy(["kind", "state"])
        .select(({ fn }) => ["kind", "state", fn.countAll<number>().as("count")])
        .execute();
      const count = (kind: string, state?: string) =>
        rows
          .filter((row) => row.kind === kind && (!state || row.state === state))
          .reduce((sum, row) => sum + Number(row.count), 0);
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
