import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ContentStore } from "../adapters/files/content-store";
import type { RetiredObjects, StoreName } from "./retired-objects";

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

const STORES: readonly StoreName[] = ["media", "images"];

/**
 * Removes stored objects that nothing has referred to for RETIRED_MS. An object that is referred to again is kept.
 * Call it only while holding the data directory's lock and while nothing is being stored.
 * @param now milliseconds since the Unix epoch
 */
export async function collectGarbage(
  objects: RetiredObjects,
  dataDir: string,
  now: number,
): Promise<Collected> {
  let retired = 0;
  let removed = 0;
  let removedBytes = 0;
  for (const name of STORES) {
    const store = new ContentStore(join(dataDir, name));
    await store.sweep();
    const stored = await hashesIn(store.root);
    const wanted = await objects.referenced(name);
    const since = await objects.of(name);
    for (const hash of since.keys())
      if (wanted.has(hash) || !stored.has(hash)) await objects.forget(name, hash);
    for (const hash of stored) {
      if (wanted.has(hash)) continue;
      const at = since.get(hash);
      // A clock that was set back starts the time anew.
      if (at === undefined || at > now) {
        await objects.retire(name, hash, now);
        retired++;
      } else if (now - at >= RETIRED_MS) {
        removedBytes += (await store.byteLength(hash)) ?? 0;
        if (name === "images") await objects.forgetImage(hash);
        await rm(store.path(hash), { force: true });
        await objects.forget(name, hash);
        removed++;
      } else retired++;
    }
  }
  return { retired, removed, removedBytes };
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
