/** Rows of other areas that a store's rows refer to. */
import type { DeviceId, UserId } from "@segue/core";
import type { SqlDatabase } from "../database";
import type { Database } from "../tables";

/** A listener who pays. */
export async function addUser(database: SqlDatabase<Database>, id: UserId): Promise<void> {
  await database.query
    .insertInto("users")
    .values({ id, name: id, login: id, password_hash: null, plan: "premium", market: "DE", created_at: 0 })
    .execute();
}

/** A device, whose user has the same id. */
export async function addDevice(database: SqlDatabase<Database>, id: DeviceId): Promise<void> {
  await addUser(database, id as string as UserId);
  const key = new Uint8Array(65);
  await database.query
    .insertInto("devices")
    .values({
      id,
      user_id: id,
      identity_key: key,
      agreement_key: key,
      name: id,
      type: "web",
      registered_at: 0,
      last_seen_at: 0,
    })
    .execute();
}

/** An empty playlist of `owner`. */
export async function addPlaylist({ query }: SqlDatabase<Database>, owner: UserId): Promise<void> {
  await query
    .insertInto("playlists")
    .values({ id: `playlist of ${owner}`, title: "P", owner_id: owner, image_hash: null, created_at: 0 })
    .execute();
}

/** How many playlists there are, up to ten. */
export async function countPlaylists({ query }: SqlDatabase<Database>): Promise<number> {
  const ids = query.selectFrom("playlists").select("id").orderBy("popularity", "desc").orderBy("id");
  return (await ids.limit(10).execute()).length;
}
