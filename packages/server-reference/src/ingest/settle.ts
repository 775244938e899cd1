/** Writes what needs no audio to be made: where tracks went, what tags say now, what was refused. */
import type { RejectedFile } from "./environment";
import type { IngestStore } from "./ingest-store";
import type { IngestLedger, LedgerRow } from "./ledger";
import type { Identities } from "./names";
import { fingerprint, type PlannedTrack } from "./plan";
import type { Candidate } from "./scan";

/** What a run knows once it has looked at every file. */
export interface Findings {
  readonly files: readonly Candidate[];
  /** What earlier runs noted of them, by path. */
  readonly rows: ReadonlyMap<string, LedgerRow>;
  readonly identities: Identities;
  /** By path. */
  readonly plan: ReadonlyMap<string, PlannedTrack>;
  readonly refusals: readonly RejectedFile[];
}

/** Settles `findings` as a whole, or not at all. Gives the number of files that were found under another path. */
export function settle(store: IngestStore, findings: Findings): Promise<number> {
  return store.transaction(async (tx) => {
    const went = await followMoved(tx.ledger, findings);
    await updateKnown(tx, findings);
    await noteRefusals(tx.ledger, findings, went.tracks);
    return went.files;
  });
}

/** Takes tracks from the paths where they were, and those that lose their path to one of them. */
async function followMoved(ledger: IngestLedger, { rows, identities }: Findings) {
  const tracks = new Set<string>();
  let files = 0;
  for (const identity of identities.values()) {
    if (identity.kind !== "moved") continue;
    tracks.add(identity.trackId);
    await ledger.forgetTrack(identity.trackId);
    files++;
  }
  for (const [path, identity] of identities) {
    const own = rows.get(path);
    if (identity.kind !== "moved" || !own?.track_id || tracks.has(own.track_id)) continue;
    await ledger.displace(own.track_id, path);
  }
  return { tracks, files };
}

async function updateKnown({ ledger, catalog }: IngestStore, findings: Findings): Promise<void> {
  const { files, rows, identities, plan } = findings;
  for (const file of files) {
    const identity = identities.get(file.path);
    if (identity?.kind !== "moved" && identity?.kind !== "kept") continue;
    const track = plan.get(file.path)!;
    const row = rows.get(file.path);
    const print = fingerprint(track);
    const isSame = identity.kind === "kept" && row?.planned === print && row.state === "done";
    if (isSame && row.byte_length === file.byteLength && row.modified_at === file.changedAt) continue;
    if (!isSame) await catalog.putTrack(track, null);
    await ledger.noteDone(file, track, print);
  }
}

/** @param went tracks that are under another path now */
async function noteRefusals(
  ledger: IngestLedger,
  { files, rows, refusals }: Findings,
  went: ReadonlySet<string>,
): Promise<void> {
  const reasons = new Map(refusals.map(({ path, reason }) => [path, reason]));
  for (const file of files) {
    const reason = reasons.get(file.path);
    if (!reason) continue;
    const row = rows.get(file.path);
    const keeps = row?.track_id && !went.has(row.track_id);
    await ledger.noteRefusal(file, reason, keeps ? row : null);
  }
}
