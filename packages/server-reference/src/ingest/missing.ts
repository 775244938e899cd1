import { originalPath } from "./identify";
import type { IngestStore } from "./ingest-store";
import type { IngestLedger, LedgerRow } from "./ledger";
import type { Candidate } from "./scan";

/** Files that are gone. */
export interface Missing {
  /** All that was noted of them. */
  readonly rows: readonly LedgerRow[];
  readonly trackIds: readonly string[];
  /** Paths of those that have a track, sorted. */
  readonly paths: readonly string[];
}

/** What the ledger has and the folder has not. */
export async function findMissing(ledger: IngestLedger, files: readonly Candidate[]): Promise<Missing> {
  const seen = new Set(files.map((file) => file.path));
  const rows = [...(await ledger.rows()).values()].filter((row) => !seen.has(row.path));
  const tracks = rows.filter((row) => row.track_id !== null);
  return {
    rows,
    trackIds: tracks.map((row) => row.track_id!),
    paths: tracks.map((row) => originalPath(row.path)).sort(),
  };
}

/** Removes the tracks of missing files, and forgets the files. */
export async function pruneMissing(store: IngestStore, { rows, trackIds }: Missing): Promise<void> {
  await store.transaction(async ({ catalog, ledger }) => {
    await catalog.removeTracks(trackIds);
    for (const { path } of rows) await ledger.forgetPath(path);
  });
}
