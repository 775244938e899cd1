/** Listeners who sign in with a password of this server. */
import { randomBytes } from "node:crypto";
import { idFromBytes, type Plan } from "@segue/core";
import type { Kysely } from "kysely";
import type { Database, Db } from "../../adapters/sql/tables";
import { isDemoUser } from "./demo-users";
import { forgetTokens } from "./forget-tokens";
import { hashPassword } from "./password";
import { toUser, USER_COLUMNS } from "./users";

/** What an operator says of a listener. */
export interface UserDetails {
  readonly name: string;
  readonly plan: Plan;
  /** ISO 3166-1 code. */
  readonly market: string;
}

/** A listener with a password. */
export interface OwnUser extends UserDetails {
  readonly id: string;
  readonly login: string;
  /** One of the sandbox's demo users, who may sign in to a sandbox alone. */
  readonly demo: boolean;
}

const ownUsers = (db: Kysely<Database>) =>
  db.selectFrom("users").select(USER_COLUMNS).where("password_hash", "is not", null);

/** Everyone who has a password, by login. */
export async function listOwnUsers(db: Kysely<Database>): Promise<readonly OwnUser[]> {
  const rows = await ownUsers(db).orderBy("login").execute();
  return rows.map((row) => ({ ...toUser(row), login: row.login, demo: isDemoUser(row.id) }));
}

/** The listener who signs in as `login`; null when there is none. */
export async function findOwnUser(db: Kysely<Database>, login: string): Promise<OwnUser | null> {
  const row = await ownUsers(db).where("login", "=", login).executeTakeFirst();
  return row ? { ...toUser(row), login, demo: isDemoUser(row.id) } : null;
}

/** Adds a listener. Gives the id; null when the login is taken. */
export async function addOwnUser(
  db: Db,
  login: string,
  password: string,
  details: UserDetails,
  nowMs: number,
): Promise<string | null> {
  const id = idFromBytes("user", randomBytes(16));
  const row = { id, login, ...details, password_hash: await hashPassword(password), created_at: nowMs };
  const { numInsertedOrUpdatedRows } = await db
    .insertInto("users")
    .values(row)
    .onConflict((on) => on.column("login").doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n ? id : null;
}

/** Gives `id` another password and ends every sign-in that was made with the last one. */
export async function setPassword(db: Db, id: string, password: string): Promise<void> {
  const password_hash = await hashPassword(password);
  await db.transaction().execute(async (tx) => {
    await tx.updateTable("users").set({ password_hash }).where("id", "=", id).execute();
    await forgetTokens(tx, [id]);
  });
}

/** Changes what is said of `id`; it holds from the next request on. */
export async function changeOwnUser(db: Db, id: string, change: Partial<UserDetails>): Promise<void> {
  await db.updateTable("users").set(change).where("id", "=", id).execute();
}

/** Removes `id` with devices, licenses, playlists, session and tokens. Plays that were counted stay counted. */
export async function removeOwnUser(db: Db, id: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom("playlists").where("owner_id", "=", id).execute();
    await tx.deleteFrom("users").where("id", "=", id).execute();
    await forgetTokens(tx, [id]);
  });
}
