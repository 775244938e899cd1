/** Signing keys in SQL. */
import type { SigningKeyStore } from "../../modules/license/signing-key-store";
import { compile } from "./compiled";
import type { SqlDatabase } from "./database";
import type { Database } from "./tables";

/** Signing keys in `database`. */
export function sqlSigningKeyStore(database: SqlDatabase<Database>): SigningKeyStore {
  const all = compile(database, (db) =>
    db.selectFrom("license_signing_keys").selectAll().orderBy("generation"),
  );

  return {
    async list() {
      return (await all.all({})).map((row) => ({
        generation: row.generation,
        seed: row.seed,
        signsFromMs: row.signs_from,
        replacesCompromised: row.replaces_compromised === 1,
      }));
    },

    add: ({ seed, publishedAtMs, signsFromMs, replacesCompromised }) =>
      database.transaction(async (tx) => {
        const newest = await tx
          .selectFrom("license_signing_keys")
          .select("generation")
          .orderBy("generation", "desc")
          .limit(1)
          .executeTakeFirst();
        const generation = (newest?.generation ?? 1) + 1;
        await tx
          .insertInto("license_signing_keys")
          .values({
            generation,
            seed,
            published_at: publishedAtMs,
            signs_from: signsFromMs,
            replaces_compromised: replacesCompromised ? 1 : 0,
          })
          .execute();
        return generation;
      }),
  };
}
