import { realpath } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { ContentStore } from "../adapters/files/content-store";
import { WorkerPool } from "../adapters/workers/worker-pool";
import { LIMITS } from "../production/read/limits";
import { MasterRejected } from "../production/read/master-rejected";
import { collectGarbage } from "./collect-garbage";
import type { IngestCounts, IngestEnvironment, IngestSummary, RejectedFile } from "./environment";
import { type FileLanes, workThrough } from "./file-lanes";
import { finishCatalog } from "./finish";
import { type IngestJob, ingestOne, type Produced } from "./ingest-file";
import { IngestStore } from "./ingest-store";
import type { LedgerRow } from "./ledger";
import { findMissing, pruneMissing } from "./missing";
import { type Identities, identifyFiles, nameTracks } from "./names";
import { fingerprint, type PlannedTrack, planCatalog } from "./plan";
import type { Probed } from "./probe";
import { type Candidate, type Scan, scanFolder } from "./scan";
import { type Findings, settle } from "./settle";
import { type Task, tasksOf } from "./tasks";

export type { IngestEnvironment, IngestSummary } from "./environment";

/**
 * Brings the catalog up to a folder of masters: adds what is new, replaces the audio of what changed, follows what
 * moved. Files that an earlier run settled and that did not change are passed over.
 */
export async function ingestFolder(folder: string, environment: IngestEnvironment): Promise<IngestSummary> {
  const root = await realpath(folder);
  const run = new IngestRun(root, environment);
  return run.execute(await scanFolder(root));
}

class IngestRun {
  readonly #root: string;
  readonly #environment: IngestEnvironment;
  readonly #store: IngestStore;
  readonly #pool: WorkerPool<IngestJob, Probed | Produced>;
  readonly #lanes = Math.max(1, Math.min(8, availableParallelism()));
  readonly #rejected: RejectedFile[] = [];
  readonly #counts: { -readonly [K in keyof IngestCounts]: number } = {
    ingested: 0,
    replaced: 0,
    moved: 0,
    updated: 0,
    unchanged: 0,
    lossy: 0,
    pruned: 0,
  };

  constructor(root: string, environment: IngestEnvironment) {
    const { db, now, stallMs = LIMITS.stallMs } = environment;
    this.#root = root;
    this.#environment = environment;
    this.#store = new IngestStore(db, root, now);
    this.#pool = new WorkerPool({ name: "ingest", size: this.#lanes, inProcess: ingestOne, stallMs });
  }

  async execute(scan: Scan): Promise<IngestSummary> {
    const { signal, dataDir, now } = this.#environment;
    const store = this.#store;
    const cancel = () => void this.#pool.close();
    signal.addEventListener("abort", cancel, { once: true });
    let missing: readonly string[] = [];
    let plan: readonly PlannedTrack[] = [];
    try {
      for (const name of ["media", "images"]) await new ContentStore(join(dataDir, name)).sweep();
      const rows = await store.ledger.rows();
      const present = await this.#look(scan.files, rows);
      if (!signal.aborted) {
        const identities = await identifyFiles(store.ledger, present);
        this.#refuseDuplicates(scan.files, identities);
        const names = await nameTracks(store.catalog, present, identities);
        plan = planCatalog(
          new Map([...present].filter(([path]) => names.has(path))),
          (path) => names.get(path)!,
        );
        await this.#bringUp(scan.files, rows, identities, plan);
        missing = await this.#missing(scan);
      }
      await finishCatalog(store, join(dataDir, "images"), plan);
    } finally {
      signal.removeEventListener("abort", cancel);
      await this.#pool.close();
    }
    await store.transaction(({ catalog }) => catalog.removeEmpty());
    const collected = await collectGarbage(store.retired, dataDir, now());
    const rejected = [...this.#rejected].sort((a, b) => (a.path < b.path ? -1 : 1));
    return { ...this.#counts, rejected, missing, collected, cancelled: signal.aborted };
  }

  /** Reads every file that an earlier run did not settle; gives what each readable file says of itself. */
  async #look(
    files: readonly Candidate[],
    rows: ReadonlyMap<string, LedgerRow>,
  ): Promise<ReadonlyMap<string, Probed>> {
    const present = new Map<string, Probed>();
    const open: Candidate[] = [];
    for (const file of files) {
      const row = rows.get(file.path);
      const isSame = row?.byte_length === file.byteLength && row.modified_at === file.changedAt;
      if (file.reason) this.#reject(file, new MasterRejected(file.reason, file.detail));
      else if (isSame && row.state === "done" && row.probed) present.set(file.path, JSON.parse(row.probed));
      else open.push(file);
    }
    const imageRoot = join(this.#environment.dataDir, "images");
    await workThrough(open, this.#fileLanes("looking"), async (file) => {
      const found = await this.#pool.run({ kind: "probe", root: this.#root, path: file.path, imageRoot });
      if (found.kind === "probed") present.set(file.path, found);
    });
    return present;
  }

  #refuseDuplicates(files: readonly Candidate[], identities: Identities): void {
    for (const file of files) {
      const identity = identities.get(file.path);
      if (identity?.kind === "duplicate")
        this.#reject(file, new MasterRejected("duplicate", `It equals ${identity.of}.`));
    }
  }

  /** Writes what is known already, all at once, then makes the audio that is lacking. */
  async #bringUp(
    files: readonly Candidate[],
    rows: ReadonlyMap<string, LedgerRow>,
    identities: Identities,
    tracks: readonly PlannedTrack[],
  ): Promise<void> {
    const { ffmpeg } = this.#environment;
    const plan = new Map(tracks.map((track) => [track.path, track]));
    const findings: Findings = { files, rows, identities, plan, refusals: this.#rejected };
    this.#counts.moved = await settle(this.#store, findings);
    const { tasks, unchanged } = await tasksOf(this.#store.media, findings, ffmpeg !== null);
    this.#counts.unchanged = unchanged;
    const byFile = new Map(tasks.map((task) => [task.file, task]));
    await workThrough([...byFile.keys()], this.#fileLanes("producing"), (file) =>
      this.#produce(byFile.get(file)!),
    );
  }

  async #produce({ file, track, kind, wants }: Task): Promise<void> {
    const { dataDir, secret, ffmpeg } = this.#environment;
    const { contentHash, lossless } = track.probed;
    const produced = await this.#pool.run({
      kind: "produce",
      root: this.#root,
      path: file.path,
      contentHash,
      mediaRoot: join(dataDir, "media"),
      secret,
      ffmpeg,
      wants,
    });
    if (produced.kind !== "produced") return;
    const replaces = kind !== "updated";
    await this.#store.transaction(async (store) => {
      await store.catalog.putTrack(track, produced.measured?.durationMs ?? null);
      await store.putProduced(track, produced, { replaces });
      await store.ledger.noteDone(file, track, fingerprint(track));
    });
    this.#counts[kind]++;
    if (!lossless && replaces) this.#counts.lossy++;
  }

  /** Paths of tracks whose file is gone; with `prune` the tracks go too. */
  async #missing({ files, isComplete }: Scan): Promise<readonly string[]> {
    const { prune, signal } = this.#environment;
    const missing = await findMissing(this.#store.ledger, files);
    // A folder that could not be read, or an empty mount point, is no reason to remove a library.
    if (prune && isComplete && files.length > 0 && !signal.aborted) {
      await pruneMissing(this.#store, missing);
      this.#counts.pruned = missing.trackIds.length;
    }
    return missing.paths;
  }

  #fileLanes(step: FileLanes["step"]): FileLanes {
    const { signal, onProgress } = this.#environment;
    return {
      lanes: this.#lanes,
      signal,
      step,
      onProgress,
      onRejected: async (file, error) => {
        this.#reject(file, error);
        if (step === "producing") await this.#store.ledger.noteLateRefusal(file, error.reason);
      },
    };
  }

  #reject(file: Candidate, error: MasterRejected): void {
    this.#rejected.push({ path: file.path, reason: error.reason, detail: error.detail });
  }
}
