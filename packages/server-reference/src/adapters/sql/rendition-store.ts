/** Renditions of the whole catalog in SQL. */
import { type Codec, isId, type KeyId } from "@segue/core";
import type { RenditionStore } from "../../modules/media/rendition-store";
import { compile } from "./compiled";
import type { SqlDatabase } from "./database";
import type { Database } from "./tables";

/** Renditions in `database`. */
export function sqlRenditionStore(database: SqlDatabase<Database>): RenditionStore {
  /** One step along an index: all tiers in one statement would read every rendition. */
  const next = compile(database, (db, p: { codec: Codec; above: number }) =>
    db
      .selectFrom("renditions")
      .select("tier")
      .where("codec", "=", p.codec)
      .where("tier", ">", p.above)
      .orderBy("tier")
      .limit(1),
  );

  return {
    async tiers(codec) {
      const tiers: number[] = [];
      for (let above = 0; ; ) {
        const row = await next.first({ codec, above });
        if (row === undefined) return tiers;
        above = row.tier;
        tiers.push(above);
      }
    },

    async keysOf(id) {
      const rows = await database.query
        .selectFrom("renditions")
        .select("key_id")
        .where(isId("track", id) ? "track_id" : "id", "=", id)
        .orderBy("key_id")
        .execute();
      return rows.map((row) => row.key_id as KeyId);
    },
  };
}
