import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { TrackId } from "@segue/core";
import type { Transaction } from "kysely";
import type { Db } from "../adapters/sqlite/open";
import type { Database, IngestFilesTable } from "../adapters/sqlite/schema";
import { AAC_TIERS } from "./aac";
import { type Collected, collectGarbage } from "./collect-garbage";
import { FEATURES_VERSION } from "./features";
import { findFfmpeg } from "./ffmpeg";
import { displacedPath, type Identity, identify, type KnownFile, originalPath } from "./identify";
import { finishCatalog, removeEmpty, removeTracks } from "./ingest-finish";
import { type IngestJob, ingestOne, type Probed, type Produced, type Wants } from "./ingest-job";
import { fingerprint, type PlannedTrack, planCatalog, trackIdOf } from "./ingest-plan";
import { storeProduced, storeTrack } from "./ingest-store";
import { LIMITS } from "./limits";
import { MasterRejected, type RejectReason } from "./master-rejected";
import { ContentStore } from "./media-store";
import { ALL_TIERS } from "./produce";
import { type Candidate, type Scan, scanFolder } from "./scan";
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
  /** Remove tracks whose file is gone. */
  readonly prune?: boolean;
  /** Milliseconds that one file may take without a sign of progress. */
  readonly stallMs?: number;
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
  /** Files that became new tracks. */
  readonly ingested: number;
  /** Files whose track got new audio. */
  readonly replaced: number;
  /** Files that were found under another path, with their track. */
  readonly moved: number;
  /** Tracks that got newer estimates or further renditions. */
  readonly updated: number;
  /** Files that an earlier run has ingested. */
  readonly unchanged: number;
  /** Of the ingested and replaced, those whose format is lossy. */
  readonly lossy: number;
  readonly rejected: readonly RejectedFile[];
  /** Files that are gone; their tracks stay unless they were pruned. */
  readonly missing: readonly string[];
  readonly pruned: number;
  readonly collected: Collected;
  readonly cancelled: boolean;
}

/**
 * Brings the catalog up to a folder of masters: adds what is new, replaces the audio of what changed, follows what
 * moved. Files that an earlier run settled and that did not change are passed over.
 */
export async function ingestFolder(folder: string, environment: IngestEnvironment): Promise<IngestSummary> {
  const root = await realpath(folder);
  const run = new IngestRun(root, environment);
  return run.execute(await scanFolder(root));
}

interface Task {
  readonly file: Candidate;
  readonly track: PlannedTrack;
  readonly kind: "ingested" | "replaced" | "updated";
  readonly wants: Wants;
}

type Row = IngestFilesTable;

class IngestRun {
  private readonly rejected: RejectedFile[] = [];
  private readonly counts = {
    ingested: 0,
    replaced: 0,
    moved: 0,
    updated: 0,
    unchanged: 0,
    lossy: 0,
    pruned: 0,
  };
  private readonly pool: WorkerPool<IngestJob, Probed | Produced>;
  private readonly size = Math.max(1, Math.min(8, availableParallelism()));

  constructor(
    private readonly root: string,
    private readonly environment: IngestEnvironment,
  ) {
    const { size } = this;
    const stallMs = environment.stallMs ?? LIMITS.stallMs;
    this.pool = new WorkerPool({ name: "ingest", size, inProcess: ingestOne, stallMs });
  }

  async execute({ files, isComplete }: Scan): Promise<IngestSummary> {
    const { signal, db, dataDir, now } = this.environment;
    const cancel = () => void this.pool.close();
    signal.addEventListener("abort", cancel, { once: true });
    let missing: readonly string[] = [];
    let plan: readonly PlannedTrack[] = [];
    try {
      for (const name of ["media", "images"]) await new ContentStore(join(dataDir, name)).sweep();
      const rows = await this.rows();
      const present = await this.look(files, rows);
      if (!signal.aborted) {
        const identities = await this.identities(present);
        this.refuseDuplicates(files, identities);
        plan = planCatalog(withoutDuplicates(present, identities), await this.namer(present, identities));
        await this.settle(files, rows, identities, plan);
        await this.work(await this.tasks(files, identities, plan));
        missing = await this.missing(files, isComplete);
      }
      await finishCatalog(db, dataDir, plan);
    } finally {
      signal.removeEventListener("abort", cancel);
      await this.pool.close();
    }
    await db.transaction().execute((tx) => removeEmpty(tx));
    const collected = await collectGarbage(db, dataDir, now());
    const rejected = [...this.rejected].sort((a, b) => (a.path < b.path ? -1 : 1));
    return { ...this.counts, rejected, missing, collected, cancelled: signal.aborted };
  }

  private async rows(): Promise<ReadonlyMap<string, Row>> {
    const rows = await this.environment.db
      .selectFrom("ingest_files")
      .selectAll()
      .where("folder", "=", this.root)
      .execute();
    return new Map(rows.map((row) => [row.path, row]));
  }

  /** Reads every file that an earlier run did not settle; gives what each readable file says of itself. */
  private async look(
    files: readonly Candidate[],
    rows: ReadonlyMap<string, Row>,
  ): Promise<Map<string, Probed>> {
    const present = new Map<string, Probed>();
    const open: Candidate[] = [];
    for (const file of files) {
      const row = rows.get(file.path);
      const isSame = row?.byte_length === file.byteLength && row.modified_at === file.changedAt;
      if (file.reason) this.reject(file, new MasterRejected(file.reason, file.detail));
      else if (isSame && row.state === "done" && row.probed) present.set(file.path, JSON.parse(row.probed));
      else open.push(file);
    }
    const imageRoot = join(this.environment.dataDir, "images");
    await this.each(open, "looking", async (file) => {
      const found = await this.pool.run({ kind: "probe", root: this.root, path: file.path, imageRoot });
      if (found.kind === "probed") present.set(file.path, found);
    });
    return present;
  }

  private async identities(present: ReadonlyMap<string, Probed>): Promise<ReadonlyMap<string, Identity>> {
    const rows = await this.environment.db
      .selectFrom("ingest_files")
      .select(["folder", "path", "content_hash", "track_id"])
      .where("track_id", "is not", null)
      .where("content_hash", "is not", null)
      .execute();
    const known = rows.map(
      (row): KnownFile => ({
        folder: row.folder,
        path: row.path,
        contentHash: row.content_hash!,
        trackId: row.track_id!,
      }),
    );
    const hashes = new Map([...present].map(([path, probed]) => [path, probed.contentHash]));
    const isGone = (file: KnownFile) => !existsSync(join(file.folder, file.path));
    return identify({ folder: this.root, present: hashes, known, isGone });
  }

  private refuseDuplicates(files: readonly Candidate[], identities: ReadonlyMap<string, Identity>): void {
    for (const file of files) {
      const identity = identities.get(file.path);
      if (identity?.kind === "duplicate")
        this.reject(file, new MasterRejected("duplicate", `It equals ${identity.of}.`));
    }
  }

  /** Names the track of each path. Content that was replaced and comes back under another path gets a new id. */
  private async namer(
    present: ReadonlyMap<string, Probed>,
    identities: ReadonlyMap<string, Identity>,
  ): Promise<(path: string) => TrackId> {
    const names = new Map<string, TrackId>();
    const { db } = this.environment;
    for (const [path, identity] of identities) {
      if (identity.kind === "duplicate") continue;
      if (identity.kind !== "new") {
        names.set(path, identity.trackId as TrackId);
        continue;
      }
      const { contentHash } = present.get(path)!;
      for (let attempt = 0; ; attempt++) {
        const id = trackIdOf(contentHash, attempt);
        const taken = await db.selectFrom("tracks").select("id").where("id", "=", id).executeTakeFirst();
        if (taken) continue;
        names.set(path, id);
        break;
      }
    }
    return (path) => names.get(path)!;
  }

  /** Writes what needs no audio to be made, all at once: where tracks went, what tags say now, what was refused. */
  private async settle(
    files: readonly Candidate[],
    rows: ReadonlyMap<string, Row>,
    identities: ReadonlyMap<string, Identity>,
    plan: readonly PlannedTrack[],
  ): Promise<void> {
    const byPath = new Map(plan.map((track) => [track.path, track]));
    const { now } = this.environment;
    await this.environment.db.transaction().execute(async (tx) => {
      const went = new Set<string>();
      for (const identity of identities.values()) {
        if (identity.kind !== "moved") continue;
        went.add(identity.trackId);
        await tx.deleteFrom("ingest_files").where("track_id", "=", identity.trackId).execute();
        this.counts.moved++;
      }
      for (const [path, identity] of identities) {
        const own = rows.get(path);
        if (identity.kind !== "moved" || !own?.track_id || went.has(own.track_id)) continue;
        const displaced = displacedPath({ trackId: own.track_id, path });
        await tx
          .updateTable("ingest_files")
          .set({ path: displaced })
          .where("track_id", "=", own.track_id)
          .execute();
      }
      for (const file of files) {
        const identity = identities.get(file.path);
        if (identity?.kind !== "moved" && identity?.kind !== "kept") continue;
        const track = byPath.get(file.path)!;
        const row = rows.get(file.path);
        const print = fingerprint(track);
        const isSame = identity.kind === "kept" && row?.planned === print && row.state === "done";
        if (isSame && row.byte_length === file.byteLength && row.modified_at === file.changedAt) continue;
        if (!isSame) await storeTrack(tx, track, null, now());
        await this.done(tx, file, track, print);
      }
      const refusals = new Map(this.rejected.map((one) => [one.path, one]));
      for (const file of files) {
        const refusal = refusals.get(file.path);
        if (!refusal) continue;
        const row = rows.get(file.path);
        const keeps = row?.track_id && !went.has(row.track_id);
        await tx
          .replaceInto("ingest_files")
          .values({
            ...this.placeOf(file),
            content_hash: keeps ? row.content_hash : null,
            track_id: keeps ? row.track_id : null,
            probed: keeps ? row.probed : null,
            planned: keeps ? row.planned : null,
            state: "rejected",
            reason: refusal.reason,
          })
          .execute();
      }
    });
  }

  /** What is left to be made. */
  private async tasks(
    files: readonly Candidate[],
    identities: ReadonlyMap<string, Identity>,
    plan: readonly PlannedTrack[],
  ): Promise<readonly Task[]> {
    const byPath = new Map(plan.map((track) => [track.path, track]));
    const tasks: Task[] = [];
    for (const file of files) {
      const kind = identities.get(file.path)?.kind;
      if (!kind || kind === "duplicate") continue;
      const track = byPath.get(file.path)!;
      if (kind === "new" || kind === "replaced") {
        const wants = { ...ALL_TIERS, measures: true };
        tasks.push({ file, track, kind: kind === "new" ? "ingested" : "replaced", wants });
        continue;
      }
      const wants = await this.lacking(track.id);
      if (wants) tasks.push({ file, track, kind: "updated", wants });
      else if (kind === "kept") this.counts.unchanged++;
    }
    return tasks;
  }

  /** What an earlier run could not make, or made with older estimators. */
  private async lacking(trackId: string): Promise<Wants | null> {
    const { db } = this.environment;
    const has = await db
      .selectFrom("renditions")
      .select(["codec", "tier"])
      .where("track_id", "=", trackId)
      .execute();
    const features = await db
      .selectFrom("track_features")
      .select("version")
      .where("track_id", "=", trackId)
      .executeTakeFirst();
    const lacks = (codec: string, tier: number) => !has.some((r) => r.codec === codec && r.tier === tier);
    const aac = (await findFfmpeg()) ? AAC_TIERS.filter((tier) => lacks("aac", tier)) : [];
    const vorbis = ALL_TIERS.vorbis.filter((tier) => lacks("vorbis", tier));
    const measures = features?.version !== String(FEATURES_VERSION);
    return measures || aac.length > 0 || vorbis.length > 0 ? { vorbis, aac, measures } : null;
  }

  private async work(tasks: readonly Task[]): Promise<void> {
    const byFile = new Map(tasks.map((task) => [task.file, task]));
    await this.each([...byFile.keys()], "producing", (file) => this.produceOne(byFile.get(file)!));
  }

  private async produceOne({ file, track, kind, wants }: Task): Promise<void> {
    const { db, dataDir, secret, now } = this.environment;
    const { contentHash, lossless } = track.probed;
    const produced = await this.pool.run({
      kind: "produce",
      root: this.root,
      path: file.path,
      contentHash,
      mediaRoot: join(dataDir, "media"),
      secret,
      wants,
    });
    if (produced.kind !== "produced") return;
    const replaces = kind !== "updated";
    await db.transaction().execute(async (tx) => {
      await storeTrack(tx, track, produced.measured?.durationMs ?? null, now());
      await storeProduced(tx, track, produced, { replaces, now: now() });
      await this.done(tx, file, track, fingerprint(track));
    });
    this.counts[kind]++;
    if (!lossless && replaces) this.counts.lossy++;
  }

  /** Tracks whose file is gone; with `prune` they go too. */
  private async missing(files: readonly Candidate[], isComplete: boolean): Promise<readonly string[]> {
    const seen = new Set(files.map((file) => file.path));
    const gone = [...(await this.rows()).values()].filter((row) => !seen.has(row.path));
    const tracks = gone.filter((row) => row.track_id !== null);
    const { db, prune } = this.environment;
    // A folder that could not be read, or an empty mount point, is no reason to remove a library.
    if (prune && isComplete && files.length > 0 && !this.environment.signal.aborted) {
      await db.transaction().execute(async (tx) => {
        await removeTracks(
          tx,
          tracks.map((row) => row.track_id!),
        );
        for (const { path } of gone)
          await tx
            .deleteFrom("ingest_files")
            .where("folder", "=", this.root)
            .where("path", "=", path)
            .execute();
      });
      this.counts.pruned = tracks.length;
    }
    return tracks.map((row) => originalPath(row.path)).sort();
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
    const { signal, onProgress } = this.environment;
    const lane = async () => {
      for (const file of waiting) {
        if (signal.aborted) return;
        try {
          await work(file);
        } catch (error) {
          if (signal.aborted) return;
          if (!(error instanceof MasterRejected)) throw error;
          this.reject(file, error);
          if (step === "producing") await this.markRejected(file, error);
        }
        doneBytes += file.byteLength;
        onProgress({ step, done: ++done, total: files.length, doneBytes, totalBytes, path: file.path });
      }
    };
    await Promise.all(Array.from({ length: this.size }, lane));
  }

  private reject(file: Candidate, error: MasterRejected): void {
    this.rejected.push({ path: file.path, reason: error.reason, detail: error.detail });
  }

  /** Notes the refusal; the track that an earlier content made stays as it is. */
  private async markRejected(file: Candidate, error: MasterRejected): Promise<void> {
    const { db } = this.environment;
    const place = this.placeOf(file);
    const change = { ...place, state: "rejected", reason: error.reason } as const;
    await db
      .insertInto("ingest_files")
      .values({ ...change, content_hash: null, track_id: null, probed: null, planned: null })
      .onConflict((on) => on.columns(["folder", "path"]).doUpdateSet(change))
      .execute();
  }

  private async done(
    tx: Transaction<Database>,
    file: Candidate,
    track: PlannedTrack,
    print: string,
  ): Promise<void> {
    const { contentHash, lossless } = track.probed;
    await tx
      .replaceInto("ingest_files")
      .values({
        ...this.placeOf(file),
        content_hash: contentHash,
        track_id: track.id,
        probed: JSON.stringify(track.probed),
        planned: print,
        state: "done",
        reason: lossless ? null : "lossy",
      })
      .execute();
  }

  private placeOf(file: Candidate) {
    return {
      path: file.path,
      folder: this.root,
      byte_length: file.byteLength,
      modified_at: file.changedAt,
      updated_at: this.environment.now(),
    };
  }
}

function withoutDuplicates(
  present: ReadonlyMap<string, Probed>,
  identities: ReadonlyMap<string, Identity>,
): ReadonlyMap<string, Probed> {
  return new Map([...present].filter(([path]) => identities.get(path)?.kind !== "duplicate"));
}
