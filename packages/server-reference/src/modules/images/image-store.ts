/**
 * Artwork, as it is found by its hash. Implementations: SQLite and PostgreSQL (`adapters/sql/image-store.ts`), which pass
 * `testing/image-store-suite.ts`.
 */

/** A picture. */
export interface StoredImage {
  readonly mime: string;
  /** Below the data directory. */
  readonly path: string;
}

/** Where pictures are looked up. */
export interface ImageStore {
  /** The picture whose lower-case hex SHA-256 is `hash`, or null. */
  find(hash: string): Promise<StoredImage | null>;
}
