/**
 * What is known of renditions beside their tracks. Implementations: SQLite and PostgreSQL
 * (`adapters/sql/rendition-store.ts`), which pass `testing/rendition-store-suite.ts`.
 */
import type { Codec, KeyId, RenditionId, TrackId } from "@segue/core";

/** The renditions of the whole catalog. */
export interface RenditionStore {
  /** The tiers in which there is a rendition with `codec`, in kbps, lowest first. */
  tiers(codec: Codec): Promise<readonly number[]>;
  /** The content key of the rendition `id`, or of every rendition of the track `id`. */
  keysOf(id: RenditionId | TrackId): Promise<readonly KeyId[]>;
}
