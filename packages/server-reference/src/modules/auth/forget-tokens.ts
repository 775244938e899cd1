import { type Kysely, sql } from "kysely";
import type { Database } from "../../adapters/sql/tables";

/** Ends every session, token and code of `userIds`: whoever holds one signs in anew. */
export async function forgetTokens(db: Kysely<Database>, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await db
    .deleteFrom("oidc_payloads")
    .where(sql<string>`json_extract(payload, '$.accountId')`, "in", userIds)
    .execute();
}
