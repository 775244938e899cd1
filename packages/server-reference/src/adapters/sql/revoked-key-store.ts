/** Revoked content keys in SQL. */
import type { KeyId } from "@segue/core";
import type { RevokedKeyStore } from "../../modules/license/revoked-key-store";
import { compile } from "./compiled";
import type { SqlDatabase } from "./database";
import type { Database } from "./tables";

/** Revoked keys in `database`. */
export function sqlRevokedKeyStore(database: SqlDatabase<Database>): RevokedKeyStore {
  const { query } = database;
  const newest = compile(database, (db, p: { limit: number }) =>
    db
      .selectFrom("revoked_keys")
      .select("key_id")
      .orderBy("revoked_at", "desc")
      .orderBy("key_id")
      .limit(p.limit),
  );

  return {
    newest: async (limit) => (await newest.all({ limit })).map((row) => row.key_id as KeyId),

    async revoke(keyId, reason, nowMs) {
      const added = await query
        .insertInto("revoked_keys")
        .values({ key_id: keyId, revoked_at: nowMs, reason })
        .onConflict((on) => on.column("key_id").doNothing())
        .executeTakeFirst();
      return (added.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async allow(keyId) {
      const allowed = await query.deleteFrom("revoked_keys").where("key_id", "=", keyId).executeTakeFirst();
      return allowed.numDeletedRows > 0n;
    },
  };
}
