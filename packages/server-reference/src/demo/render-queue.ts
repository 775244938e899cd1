/** The demo's tracks that wait to be rendered, and what the database learns of their audio. */
import type { Db } from "../adapters/sql/tables";
import { MediaRecords } from "../ingest/media-records";
import type { Production } from "../production/produce";

/** Kinds of background work: what a first listener needs, and the remaining tiers. */
export const RENDER_KINDS = { first: "demo-first", rest: "demo-rest" } as const;
const KINDS = Object.values(RENDER_KINDS);

/** A track that waits, and what it is to be made of. */
export interface QueuedRender {
  readonly id: number;
  readonly kind: string;
  readonly attempts: number;
  readonly trackId: string;
  readonly albumId: string;
  /** JSON. */
  readonly composition: string;
}

/** How many renders of a kind are in a state. */
export interface RenderCount {
  readonly kind: string;
  readonly state: string;
  readonly count: number;
}

export class RenderQueue {
  readonly #db: Db;
  readonly #now: () => number;

  /** @param now milliseconds since the Unix epoch */
  constructor(db: Db, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** The most urgent render, apart from those that are `taken`. */
  async next(taken: Iterable<number>): Promise<QueuedRender | undefined> {
    return this.#db
      .selectFrom("media_jobs")
      .innerJoin("track_targets", "track_targets.track_id", "media_jobs.subject")
      .innerJoin("tracks", "tracks.id", "media_jobs.subject")
      .where("media_jobs.kind", "in", KINDS)
      .where("media_jobs.state", "=", "queued")
      .where("media_jobs.id", "not in", [...taken])
      .orderBy("media_jobs.priority", "desc")
      .orderBy("media_jobs.id")
      .select(["media_jobs.id", "media_jobs.kind", "media_jobs.attempts"])
      .select(["media_jobs.subject as trackId", "tracks.album_id as albumId"])
      .select("track_targets.composition")
      .executeTakeFirst();
  }

  /** Writes what was rendered, and that it is done. */
  async finish(job: QueuedRender, { renditions, measured }: Production): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      const media = new MediaRecords(tx, this.#now);
      await media.putRenditions(job.trackId, renditions);
      if (measured) {
        await media.putMeasured(job.trackId, measured);
        await media.updateAlbumLoudness(job.albumId);
        await media.setState(job.trackId, "ready", null);
      }
      await tx
        .updateTable("media_jobs")
        .set({ state: "done", updated_at: this.#now() })
        .where("id", "=", job.id)
        .execute();
    });
  }

  /** Notes a failure. `isLast`: it is not tried again. */
  async fail(job: QueuedRender, reason: string, isLast: boolean): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      const change = {
        state: isLast ? "failed" : "queued",
        attempts: job.attempts + 1,
        reason,
        updated_at: this.#now(),
      } as const;
      await tx.updateTable("media_jobs").set(change).where("id", "=", job.id).execute();
      if (isLast && job.kind === RENDER_KINDS.first)
        await new MediaRecords(tx, this.#now).setState(job.trackId, "failed", reason);
    });
  }

  /** Gives a track that has no audio yet another place in the queue. */
  async setPriority(trackId: string, priority: number): Promise<void> {
    await this.#db
      .updateTable("media_jobs")
      .set({ priority, updated_at: this.#now() })
      .where("subject", "=", trackId)
      .where("kind", "=", RENDER_KINDS.first)
      .where("state", "=", "queued")
      .execute();
  }

  async counts(): Promise<readonly RenderCount[]> {
    const rows = await this.#db
      .selectFrom("media_jobs")
      .where("kind", "in", KINDS)
      .groupBy(["kind", "state"])
      .select(({ fn }) => ["kind", "state", fn.countAll<number>().as("count")])
      .execute();
    return rows.map((row) => ({ ...row, count: Number(row.count) }));
  }
}
