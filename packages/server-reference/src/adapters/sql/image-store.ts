/** Artwork in SQL. */
import type { ImageStore } from "../../modules/images/image-store";
import { compile } from "./compiled";
import type { SqlDatabase } from "./database";
import type { Database } from "./tables";

/** Pictures in `database`. */
export function sqlImageStore(database: SqlDatabase<Database>): ImageStore {
  const found = compile(database, (db, p: { hash: string }) =>
    db.selectFrom("images").select(["mime", "path"]).where("hash", "=", p.hash),
  );
  return { find: async (hash) => (await found.first({ hash })) ?? null };
}
