import { createHash } from "node:crypto";
import { ContentStore } from "../adapters/files/content-store";
import { drawArtwork } from "./artwork";
import { type StoredImage, storeImage } from "./images";
import type { IngestStore } from "./ingest-store";
import type { PlannedAlbum, PlannedTrack } from "./plan";

/**
 * Gives albums and artists their pictures, and artists their genres. Both follow from what the catalog holds, so that
 * they do not depend on which file was ready first.
 */
export async function finishCatalog(
  store: IngestStore,
  imageRoot: string,
  plan: readonly PlannedTrack[],
): Promise<void> {
  const images = new ContentStore(imageRoot);
  const albums = new Map(plan.map((track) => [track.album.id, track.album]));
  for (const album of albums.values()) {
    const known = await store.catalog.albumImage(album.id);
    if (known === undefined) continue;
    const cover = await coverOf(store, images, album);
    if (cover && cover.hash !== known)
      await store.transaction(({ catalog }) => catalog.setAlbumImage(album.id, cover));
  }
  const artists = plan.flatMap((track) => [track.album.artist, ...track.artists]);
  await store.transaction(async ({ catalog }) => {
    for (const id of new Set(artists.map((artist) => artist.id))) await catalog.finishArtist(id);
  });
}

/** The album's own picture, else one drawn from the features of its first track; null while there is none. */
async function coverOf(
  store: IngestStore,
  images: ContentStore,
  album: PlannedAlbum,
): Promise<StoredImage | null> {
  if (album.cover && (await images.byteLength(album.cover.hash)) === album.cover.byteLength)
    return album.cover;
  const features = await store.media.firstFeatures(album.id);
  if (!features) return null;
  const seed = Number.parseInt(createHash("sha256").update(album.id).digest("hex").slice(0, 8), 16);
  return storeImage(images, "image/svg+xml", Buffer.from(drawArtwork(features, seed)));
}
