/** Rows of listeners, as both the listeners' and the tokens' stores read them. */
import type { UserId } from "@segue/core";
import type { Selectable } from "kysely";
import type { StoredUser } from "../../modules/auth/user-store";
import type { UsersTable } from "./tables";

/** What of a row makes a StoredUser. */
export const USER_COLUMNS = [
  "users.id",
  "users.login",
  "users.name",
  "users.plan",
  "users.market",
  "users.explicit_filter",
  "users.created_at",
  "users.claims_issued_at",
] as const;

type UserRow = Pick<
  Selectable<UsersTable>,
  "id" | "login" | "name" | "plan" | "market" | "explicit_filter" | "created_at" | "claims_issued_at"
>;
/** The row, or what a left join has in its place. */
export type JoinedUserRow = UserRow | { readonly [Column in keyof UserRow]: null };

export const toUser = ({ id, login, name, plan, market, ...row }: UserRow): StoredUser => ({
  id: id as UserId,
  login,
  name,
  plan,
  market,
  explicitFilter: row.explicit_filter === 1,
  createdAtMs: row.created_at,
  claimsIssuedAtMs: row.claims_issued_at,
});

export const toJoinedUser = (row: JoinedUserRow): StoredUser | null => (row.id === null ? null : toUser(row));
