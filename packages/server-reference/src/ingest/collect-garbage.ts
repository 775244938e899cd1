import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ContentStore } from "../adapters/files/content-store";
import type { Db } from "../adapters/sqlite/open";

/**
 * How long an object stays after nothing refers to it any more: longer than any URL lives that may have been signed
 * for it (12 h), and than the lists in which clients hold such URLs.
 */
export const RETIRED_MS = 24 * 3_600_000;

/** What a collection did. */
export interface Collected {
  /** Objects that nothing refers to any more and that will be removed later. */
  readonly retired: number;
  readonly removed: number;
  readonly removedBytes: number;
}

const STORES = ["media", "images"] as const;
type StoreName = (typeof STORES)[number];

/**
 * Removes stored objects that nothing has referred to for RETIRED_MS. An object that is referred to again is kept.
 * Call it only while holding the data directory's lock and while nothing is being stored.
 * @param now milliseconds since the Unix epoch
 */
export async function collectGarbage(db: Db, dataDir: string, now: number): Promise<Collected> {
  let retired = 0;
  let removed = 0;
  let removedBytes = 0;
  for (const name of STORES) {
    const store = new ContentStore(join(dataDir, name));
    await store.sweep();
    const stored = await hashesIn(store.root);
    const wanted = await referenced(db, name);
    const rows = await db
      .selectFrom("retired_objects")
      .select(["hash", "retired_at"])
      .where("store", "=", name)
      .execute();
    const since = new Map(rows.map((row) => [row.hash, row.retired_at]));
    for (const { hash } of rows) if (wanted.has(hash) || !stored.has(hash)) await forget(db, name, hash);
    for (const hash of stored) {
      if (wanted.has(hash)) continue;
      const at = since.get(hash);
      // A clock that was set back starts the time anew.
      if (at === undefined || at > now) {
        await db.replaceInto("retired_objects").values({ store: name, hash, retired_at: now }).execute();
        retired++;
      } else if (now - at >= RETIRED_MS) {
        removedBytes += (await store.byteLength(hash)) ?? 0;
        if (name === "images") await db.deleteFrom("images").where("hash", "=", hash).execute();
        await rm(store.path(hash), { force: true });
        await forget(db, name, hash);
        removed++;
      } else retired++;
    }
  }
  return { retired, removed, removedBytes };
}

async function forget(db: Db, store: StoreName, hash: string): Promise<void> {
  await db.deleteFrom("retired_objects").where("store", "=", store).where("hash", "=", hash).execute();
}

async function hashesIn(root: string): Promise<ReadonlySet<string>> {
  const hashes = new Set<string>();
  for (const folder of await readdir(root).catch(() => [])) {
    if (folder.length !== 2) continue;
    for (const name of await readdir(join(root, folder)).catch(() => []))
      if (/^[0-9a-f]{64}$/.test(name)) hashes.add(name);
  }
  return hashes;
}

/** Everything that a row points to. Covers in masters count: their album may need them later. */
async function referenced(db: Db, store: StoreName): Promise<ReadonlySet<string>> {
  if (store === "media") {
    const rows = await db.selectFrom("renditions").select("media_hash").execute();
    return new Set(rows.map((row) => row.media_hash));
  }
  const hashes = new Set<string>();
  for (const table of ["albums", "artists", "playlists"] as const) {
    const rows = await db
      .selectFrom(table)
      .select("image_hash")
      .where("image_hash", "is not", null)
      .execute();
    for (const row of rows) hashes.add(row.image_hash!);
  }
  const files = await db
    .selectFrom("ingest_files")
    .select("probed")
    .where("probed", "is not", null)
    .execute();
  for (const { probed } of files) {
    const { cover } = JSON.parse(probed!) as { cover: { hash: string } | null };
    if (cover) hashes.add(cover.hash);
  }
  return hashes;
}
