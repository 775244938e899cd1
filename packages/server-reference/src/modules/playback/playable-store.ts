/**
 * Where grants read tracks and their renditions. Implementations: SQLite and PostgreSQL
 * (`adapters/sql/playable-store.ts`), which pass `testing/playable-store-suite.ts`.
 */
import type { TrackId } from "@segue/core";
import type { PlayableRendition, PlayableTrack } from "./types";

/** A rendition as it is kept: its content key derives from what it holds. */
export interface StoredRendition extends Omit<PlayableRendition, "contentKey"> {
  /** Lower-case hex SHA-256 of the plaintext rendition. */
  readonly plaintextHash: string;
}

/** A track as it is kept. */
export interface StoredTrack extends Omit<PlayableTrack, "renditions"> {
  /** Empty unless `mediaState` is `ready`. */
  readonly renditions: readonly StoredRendition[];
}

/** Tracks for grants. */
export interface PlayableStore {
  /**
   * The tracks that exist among `ids`, each once, in any order. What was never measured is said to have the loudness that
   * is played as it is.
   */
  tracks(ids: readonly TrackId[]): Promise<readonly StoredTrack[]>;
}
