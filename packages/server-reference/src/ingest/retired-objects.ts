/** Stored objects that nothing refers to any more, and what still refers to others. */
import type { Db } from "../adapters/sql/tables";

/** The content stores of a data directory. */
export type StoreName = "media" | "images";

export class RetiredObjects {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** When each object of a store was retired, in milliseconds since the Unix epoch, by hash. */
  async of(store: StoreName): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#db
      .selectFrom("retired_objects")
      .select(["hash", "retired_at"])
      .where("store", "=", store)
      .execute();
    return new Map(rows.map((row) => [row.hash, row.retired_at]));
  }

  async retire(store: StoreName, hash: string, atMs: number): Promise<void> {
    await this.#db.replaceInto("retired_objects").values({ store, hash, retired_at: atMs }).execute();
  }

  /** Forgets that an object was retired. */
  async forget(store: StoreName, hash: string): Promise<void> {
    await this.#db
      .deleteFrom("retired_objects")
      .where("store", "=", store)
      .where("hash", "=", hash)
      .execute();
  }

  /** Forgets what is known of an image that is to be removed. */
  async forgetImage(hash: string): Promise<void> {
    await this.#db.deleteFrom("images").where("hash", "=", hash).execute();
  }

  /** Everything that a row points to. Covers in masters count: their album may need them later. */
  async referenced(store: StoreName): Promise<ReadonlySet<string>> {
    if (store === "media") {
      const rows = await this.#db.selectFrom("renditions").select("media_hash").execute();
      return new Set(rows.map((row) => row.media_hash));
    }
    const hashes = new Set<string>();
    for (const table of ["albums", "artists", "playlists"] as const) {
      const rows = await this.#db
        .selectFrom(table)
        .select("image_hash")
        .where("image_hash", "is not", null)
        .execute();
      for (const row of rows) hashes.add(row.image_hash!);
    }
    const files = await this.#db
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
}
