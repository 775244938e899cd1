import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TrackId } from "@segue/core";
import type { CatalogRecords } from "./catalog-records";
import { type Identity, identify, type KnownFile } from "./identify";
import type { IngestLedger } from "./ledger";
import { trackIdOf } from "./plan";
import type { Probed } from "./probe";

/** What each readable file is to the catalog, by its path. */
export type Identities = ReadonlyMap<string, Identity>;

export async function identifyFiles(
  ledger: IngestLedger,
  present: ReadonlyMap<string, Probed>,
): Promise<Identities> {
  const hashes = new Map([...present].map(([path, probed]) => [path, probed.contentHash]));
  const isGone = (file: KnownFile) => !existsSync(join(file.folder, file.path));
  return identify({ folder: ledger.root, present: hashes, known: await ledger.known(), isGone });
}

/**
 * Names the track of each path that is no duplicate. Content that was replaced and comes back under another path gets
 * a new id.
 */
export async function nameTracks(
  catalog: CatalogRecords,
  present: ReadonlyMap<string, Probed>,
  identities: Identities,
): Promise<ReadonlyMap<string, TrackId>> {
  const names = new Map<string, TrackId>();
  for (const [path, identity] of identities) {
    if (identity.kind === "duplicate") continue;
    const isNew = identity.kind === "new";
    names.set(
      path,
      isNew ? await freeId(catalog, present.get(path)!.contentHash) : (identity.trackId as TrackId),
    );
  }
  return names;
}

async function freeId(catalog: CatalogRecords, contentHash: string): Promise<TrackId> {
  for (let attempt = 0; ; attempt++) {
    const id = trackIdOf(contentHash, attempt);
    if (!(await catalog.hasTrack(id))) return id;
  }
}
