import { realpath } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Db } from "../adapters/sqlite/open";
import { type IngestJob, ingestOne, type Probed, type Produced } from "./ingest-job";
import { type PlannedTrack, planCatalog } from "./ingest-plan";
import { coverOf, storeTrack } from "./ingest-store";
import { LIMITS } from "./limits";
import { MasterRejected, type RejectReason } from "./master-rejected";
import { ContentStore } from "./media-store";
import { type Candidate, scanFolder } from "./scan";
import { WorkerPool } from "./worker-pool";

/** What ingest needs. The caller holds the data directory's lock. */
export interface IngestEnvironment {
  readonly db: Db;
  readonly dataDir: string;
  readonly secret: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: IngestProgress) => void;
}

export interface IngestProgress {
  readonly step: "looking" | "producing";
  readonly done: number;
  readonly total: number;
  /** Bytes of masters, for an estimate of the time left. */
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly path: string;
}

/** A file that was not ingested. */
export interface RejectedFile {
  readonly path: string;
  readonly reason: RejectReason;
  readonly detail: string | undefined;
}

export interface IngestSummary {
  readonly ingested: number;
  /** Files that an earlier run has ingested. */
  readonly unchanged: number;
  /** Of the ingested, those whose format is lossy. */
  readonly lossy: number;
  readonly rejected: readonly RejectedFile[];
  readonly cancelled: boolean;
}

/** Adds a folder of masters to the catalog. Files that an earlier run settled and that did not change are passed over. */
export async function ingestFolder(folder: string, environment: IngestEnvironment): Promise<IngestSummary> {
  const root = await realpath(folder);
  const run = new IngestRun(root, environment);
  return run.execute(await scanFolder(root));
}

class IngestRun {
  private readonly rejected: RejectedFile[] = [];
  private ingested = 0;
  private unchanged = 0;
  private lossy = 0;
  private readonly pool: WorkerPool<IngestJob, Probed | Produced>;
  private readonly size = Math.max(1, Math.min(8, availableParallelism()));

  constructor(
    private readonly root: string,
    private readonly environment: IngestEnvironment,
  ) {
    const { size } = this;
    this.pool = new WorkerPool({ name: "ingest", size, inProcess: ingestOne, timeoutMs: LIMITS.masterMs });
  }

  async execute(candidates: readonly Candidate[]): Promise<IngestSummary> {
    const { signal } = this.environment;
    const cancel = () => void this.pool.close();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      await new ContentStore(join(this.environment.dataDir, "media")).sweep();
      const open = await this.withoutSettled(candidates);
      const probed = await this.probe(open);
      await this.produce(open, planCatalog(probed));
    } finally {
      signal.removeEventListener("abort", cancel);
      await this.pool.close();
    }
    const { ingested, unchanged, lossy } = this;
    const rejected = [...this.rejected].sort((a, b) => (a.path < b.path ? -1 : 1));
    return { ingested, unchanged, lossy, rejected, cancelled: signal.aborted };
  }

  private async withoutSettled(candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
    const rows = await this.environment.db
      .selectFrom("ingest_files")
      .selectAll()
      .where("folder", "=", this.root)
      .execute();
    const known = new Map(rows.map((row) => [row.path, row]));
    const open: Candidate[] = [];
    for (const file of candidates) {
      const row = known.get(file.path);
      const isSame = row?.byte_length === file.byteLength && row.modified_at === file.modifiedAt;
      if (isSame && row.state === "done") this.unchanged++;
      else if (file.reason) await this.reject(file, new MasterRejected(file.reason, file.detail), null);
      else open.push(file);
    }
    return open;
  }

  private async probe(files: readonly Candidate[]): Promise<Map<string, Probed>> {
    const probed = new Map<string, Probed>();
    const imageRoot = join(this.environment.dataDir, "images");
    await this.each(files, "looking", async (file) => {
      const found = await this.pool.run({ kind: "probe", root: this.root, path: file.path, imageRoot });
      if (found.kind === "probed") probed.set(file.path, found);
    });
    const owner = new Map<string, string>();
    const done = await this.environment.db
      .selectFrom("ingest_files")
      .where("state", "=", "done")
      .select(["content_hash", "path", "folder"])
      .execute();
    for (const row of done) if (row.content_hash) owner.set(row.content_hash, `${row.folder}/${row.path}`);
    for (const file of files) {
      const found = probed.get(file.path);
      if (!found) continue;
      const other = owner.get(found.contentHash);
      if (other !== undefined && other !== `${this.root}/${file.path}`) {
        probed.delete(file.path);
        await this.reject(file, new MasterRejected("duplicate"), found.contentHash);
      } else owner.set(found.contentHash, `${this.root}/${file.path}`);
    }
    return probed;
  }

  private async produce(files: readonly Candidate[], plan: readonly PlannedTrack[]): Promise<void> {
    const byPath = new Map(plan.map((track) => [track.path, track]));
    const wanted = files.filter((file) => byPath.has(file.path));
    await this.each(wanted, "producing", (file) => this.produceOne(file, byPath.get(file.path)!));
  }

  private async produceOne(file: Candidate, track: PlannedTrack): Promise<void> {
    const { db, dataDir, secret, now } = this.environment;
    const { contentHash, lossless } = track.probed;
    const produced = await this.pool.run({
      kind: "produce",
      root: this.root,
      path: file.path,
      contentHash,
      serial: Number.parseInt(contentHash.slice(0, 7), 16),
      mediaRoot: join(dataDir, "media"),
      secret,
    });
    if (produced.kind !== "produced") return;
    const cover = await coverOf(dataDir, track, produced);
    await db.transaction().execute(async (tx) => {
      await storeTrack(tx, track, produced, cover, now());
      const reason = lossless ? null : "lossy";
      const row = { ...this.row(file, contentHash), state: "done", reason, track_id: track.id } as const;
      await tx.replaceInto("ingest_files").values(row).execute();
    });
    this.ingested++;
    if (!lossless) this.lossy++;
  }

  private async each(
    files: readonly Candidate[],
    step: IngestProgress["step"],
    work: (file: Candidate) => Promise<void>,
  ) {
    const totalBytes = files.reduce((sum, file) => sum + file.byteLength, 0);
    let done = 0;
    let doneBytes = 0;
    const waiting = files.values();
    const lane = async () => {
      for (const file of waiting) {
        if (this.environment.signal.aborted) return;
        try {
          await work(file);
        } catch (error) {
          if (this.environment.signal.aborted) return;
          if (!(error instanceof MasterRejected)) throw error;
          await this.reject(file, error, null);
        }
        doneBytes += file.byteLength;
        this.environment.onProgress({
          step,
          done: ++done,
          total: files.length,
          doneBytes,
          totalBytes,
          path: file.path,
        });
      }
    };
    await Promise.all(Array.from({ length: this.size }, lane));
  }

  private async reject(file: Candidate, error: MasterRejected, contentHash: string | null): Promise<void> {
    this.rejected.push({ path: file.path, reason: error.reason, detail: error.detail });
    const row = {
      ...this.row(file, contentHash),
      state: "rejected",
      reason: error.reason,
      track_id: null,
    } as const;
    await this.environment.db.replaceInto("ingest_files").values(row).execute();
  }

  private row(file: Candidate, contentHash: string | null) {
    return {
      path: file.path,
      folder: this.root,
      byte_length: file.byteLength,
      modified_at: file.modifiedAt,
      content_hash: contentHash,
      updated_at: this.environment.now(),
    };
  }
}
