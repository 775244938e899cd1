/** Listeners in the database, as far as this server lets them in. */
import type { UserId } from "@segue/core";
import type { Db, UsersTable } from "../../adapters/sql/tables";
import type { User } from "../../http/principal";
import { isDemoUser } from "./demo-users";

/** What of a user's row makes a User. */
export const USER_COLUMNS = ["users.id", "login", "name", "plan", "market", "explicit_filter"] as const;

/** A user's row. */
export type UserRow = Pick<UsersTable, "id" | "login" | "name" | "plan" | "market"> & {
  readonly explicit_filter: 0 | 1;
};

/** The user of `row`. */
export function toUser(row: UserRow): User {
  const { id, name, plan, market } = row;
  return { id: id as UserId, name, plan, market, explicitFilter: row.explicit_filter === 1 };
}

/** Logins of the users that a sandbox makes for tests begin so. */
export const SANDBOX_LOGIN_PREFIX = "sandbox/";

/**
 * Whether `user` may use the server. The data directory may have been a sandbox before: anybody got in as one of its
 * users, so they and whatever was issued to them end with it.
 */
export function isAdmitted(user: Pick<UserRow, "id" | "login">, sandbox: boolean): boolean {
  return sandbox || !(isDemoUser(user.id) || user.login.startsWith(SANDBOX_LOGIN_PREFIX));
}

/** The user `id`; null when there is none or it is not admitted. */
export async function findUser(db: Db, id: string, sandbox: boolean): Promise<User | null> {
  const row = await db.selectFrom("users").select(USER_COLUMNS).where("id", "=", id).executeTakeFirst();
  return row && isAdmitted(row, sandbox) ? toUser(row) : null;
}
