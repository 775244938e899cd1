import { createHash } from "node:crypto";
import { join } from "node:path";
import type { AudioFeatures } from "@segue/core";
import { ContentStore } from "../adapters/files/content-store";
import type { ServerContext } from "../context";
import { drawArtwork } from "../ingest/artwork";
import { DEMO_SEED, type DemoAlbum, type DemoCatalog, drawCatalog } from "./catalog";
import { COMPOSER_VERSION } from "./composer";
import { type DemoImages, readSeeded, writeDemo } from "./demo-records";
import { drawPlaylists } from "./playlists";
import { seedOf } from "./rng";

/**
 * Brings the demo's catalog, playlists and listeners into the database; new tracks are `preparing`. A later call adds
 * what a raised limit allows, removes nothing, and has everything rendered anew when the composer changed.
 * @param context `config.demoTracks` limits the tracks, in the order in which they are rendered.
 */
export async function seedDemo(context: ServerContext): Promise<void> {
  const { db, config } = context;
  const before = await readSeeded(db);
  const wanted = config.demoTracks ?? Number.POSITIVE_INFINITY;
  const has = before ? (before.tracks ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY;
  const isSame = before?.version === COMPOSER_VERSION;
  if (has >= wanted && isSame) return;
  const tracks = Math.max(wanted, has);
  const catalog = limit(drawCatalog(), tracks);
  const images = await drawImages(new ContentStore(join(config.dataDir, "images")), catalog);
  const seeded = {
    version: COMPOSER_VERSION,
    seed: DEMO_SEED,
    tracks: Number.isFinite(tracks) ? tracks : null,
  };
  await writeDemo(db, catalog, images, { seeded, isNewSound: before !== null && !isSame }, context.now());
}

function limit(catalog: DemoCatalog, tracks: number): DemoCatalog {
  let left = tracks;
  const albums: DemoAlbum[] = [];
  for (const album of catalog.albums) {
    const kept = album.tracks.slice(0, left);
    left -= kept.length;
    if (kept.length > 0) albums.push({ ...album, tracks: kept });
  }
  const used = new Set(albums.map((album) => album.artist.id));
  return { artists: catalog.artists.filter((artist) => used.has(artist.id)), albums };
}

async function drawImages(store: ContentStore, catalog: DemoCatalog): Promise<DemoImages> {
  const byName = new Map<string, string>();
  const stored = new Map<string, DemoImages["stored"][number]>();
  const draw = async (id: string, features: AudioFeatures | null) => {
    const bytes = Buffer.from(drawArtwork(features, seedOf(id)));
    const hash = createHash("sha256").update(bytes).digest("hex");
    await store.put(hash, bytes, { durable: false });
    byName.set(id, hash);
    stored.set(hash, { hash, mime: "image/svg+xml", byteLength: bytes.length });
  };
  for (const album of catalog.albums) {
    await draw(album.id, album.tracks[0]!.features);
    if (!byName.has(album.artist.id)) await draw(album.artist.id, null);
  }
  for (const playlist of drawPlaylists(catalog))
    await draw(playlist.id, playlist.tracks[0]?.features ?? null);
  return { stored: [...stored.values()], of: (id) => byName.get(id) ?? null };
}
