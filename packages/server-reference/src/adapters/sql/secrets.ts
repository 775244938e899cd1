/** The server's secrets: made on the first start, kept in its database, whose file only its user reads. */
import { randomBytes } from "node:crypto";
import type { ServerSecrets } from "../../context";
import type { Db } from "./tables";

async function secret(db: Db, name: string, nowMs: number): Promise<Uint8Array> {
  const made = { name, value: new Uint8Array(randomBytes(32)), created_at: nowMs };
  await db
    .insertInto("server_secrets")
    .values(made)
    .onConflict((on) => on.doNothing())
    .execute();
  const row = await db
    .selectFrom("server_secrets")
    .select("value")
    .where("name", "=", name)
    .executeTakeFirstOrThrow();
  return row.value;
}

/** The secrets of the server whose database is `db`; made when they are missing. */
export async function loadSecrets(db: Db, nowMs: number): Promise<ServerSecrets> {
  return {
    mediaUrl: await secret(db, "media-url", nowMs),
    content: await secret(db, "content", nowMs),
    license: await secret(db, "license", nowMs),
    session: await secret(db, "session", nowMs),
  };
}
