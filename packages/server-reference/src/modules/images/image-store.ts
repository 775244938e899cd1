/** Artwork, as it is found by its hash. */
import type { Db } from "../../adapters/sql/tables";

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

/** Pictures in the database. */
export function sqlImageStore(db: Db): ImageStore {
  return {
    find: async (hash) =>
      (await db.selectFrom("images").select(["mime", "path"]).where("hash", "=", hash).executeTakeFirst()) ??
      null,
  };
}
