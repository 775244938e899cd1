/** Rows of other areas that a store's rows refer to. */
import type { UserId } from "@segue/core";
import type { SqlDatabase } from "../database";
import type { Database } from "../tables";

/** A listener who pays. */
export async function addUser(database: SqlDatabase<Database>, id: UserId): Promise<void> {
  await database.query
    .insertInto("users")
    .values({ id, name: id, login: id, password_hash: null, plan: "premium", market: "DE", created_at: 0 })
    .execute();
}
