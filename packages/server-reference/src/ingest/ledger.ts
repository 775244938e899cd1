/** What ingest has noted of each file: the rows of `ingest_files` that belong to one folder. */
import type { Db, IngestFilesTable } from "../adapters/sql/tables";
import type { RejectReason } from "../production/read/master-rejected";
import { displacedPath, type KnownFile } from "./identify";
import type { PlannedTrack } from "./plan";
import type { Candidate } from "./scan";

export type LedgerRow = IngestFilesTable;

export class IngestLedger {
  /** Real path of the folder. */
  readonly root: string;
  readonly #db: Db;
  readonly #now: () => number;

  /** @param now milliseconds since the Unix epoch */
  constructor(db: Db, root: string, now: () => number) {
    this.root = root;
    this.#db = db;
    this.#now = now;
  }

  /** By path within the folder. */
  async rows(): Promise<ReadonlyMap<string, LedgerRow>> {
    const rows = await this.#db
      .selectFrom("ingest_files")
      .selectAll()
      .where("folder", "=", this.root)
      .execute();
    return new Map(rows.map((row) => [row.path, row]));
  }

  /** The files of every folder that have a track. */
  async known(): Promise<readonly KnownFile[]> {
    const rows = await this.#db
      .selectFrom("ingest_files")
      .select(["folder", "path", "content_hash", "track_id"])
      .where("track_id", "is not", null)
      .where("content_hash", "is not", null)
      .execute();
    return rows.map((row) => ({
      folder: row.folder,
      path: row.path,
      contentHash: row.content_hash!,
      trackId: row.track_id!,
    }));
  }

  /** Notes that `file` is in the catalog as `track`, whose fingerprint is `print`. */
  async noteDone(file: Candidate, track: PlannedTrack, print: string): Promise<void> {
    const { contentHash, lossless } = track.probed;
    await this.#db
      .replaceInto("ingest_files")
      .values({
        ...this.#placeOf(file),
        content_hash: contentHash,
        track_id: track.id,
        probed: JSON.stringify(track.probed),
        planned: print,
        state: "done",
        reason: lossless ? null : "lossy",
      })
      .execute();
  }

  /** Notes a refusal in place of all that is known of `file`, apart from the track that `kept` says it has. */
  async noteRefusal(file: Candidate, reason: RejectReason, kept: LedgerRow | null): Promise<void> {
    await this.#db
      .replaceInto("ingest_files")
      .values({
        ...this.#placeOf(file),
        content_hash: kept?.content_hash ?? null,
        track_id: kept?.track_id ?? null,
        probed: kept?.probed ?? null,
        planned: kept?.planned ?? null,
        state: "rejected",
        reason,
      })
      .execute();
  }

  /** Notes a refusal; the track that an earlier content made stays as it is. */
  async noteLateRefusal(file: Candidate, reason: RejectReason): Promise<void> {
    const change = { ...this.#placeOf(file), state: "rejected", reason } as const;
    await this.#db
      .insertInto("ingest_files")
      .values({ ...change, content_hash: null, track_id: null, probed: null, planned: null })
      .onConflict((on) => on.columns(["folder", "path"]).doUpdateSet(change))
      .execute();
  }

  /** Frees the path of a track whose file is elsewhere now, or nowhere. */
  async displace(trackId: string, path: string): Promise<void> {
    await this.#db
      .updateTable("ingest_files")
      .set({ path: displacedPath({ trackId, path }) })
      .where("track_id", "=", trackId)
      .execute();
  }

  async forgetTrack(trackId: string): Promise<void> {
    await this.#db.deleteFrom("ingest_files").where("track_id", "=", trackId).execute();
  }

  async forgetPath(path: string): Promise<void> {
    await this.#db
      .deleteFrom("ingest_files")
      .where("folder", "=", this.root)
      .where("path", "=", path)
      .execute();
  }

  #placeOf(file: Candidate) {
    return {
      path: file.path,
      folder: this.root,
      byte_length: file.byteLength,
      modified_at: file.changedAt,
      updated_at: this.#now(),
    };
  }
}
