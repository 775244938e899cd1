/** Listeners, as far as this server lets them in. */
import type { UserId } from "@segue/core";
import type { User } from "../../http/principal";
import { isDemoUser } from "./demo-users";
import type { StoredUser, UserStore } from "./user-store";

/** What the rest of the server sees of a listener. */
export function toUser({ id, name, plan, market, explicitFilter }: StoredUser): User {
  return { id, name, plan, market, explicitFilter };
}

/** Logins of the users that a sandbox makes for tests begin so. */
export const SANDBOX_LOGIN_PREFIX = "sandbox/";

/**
 * Whether `user` may use the server. The data directory may have been a sandbox before: anybody got in as one of its
 * users, so they and whatever was issued to them end with it.
 */
export function isAdmitted(user: Pick<StoredUser, "id" | "login">, sandbox: boolean): boolean {
  return sandbox || !(isDemoUser(user.id) || user.login.startsWith(SANDBOX_LOGIN_PREFIX));
}

/** The user `id`; null when there is none or it is not admitted. */
export async function findUser(users: UserStore, id: UserId, sandbox: boolean): Promise<User | null> {
  const user = await users.find(id);
  return user && isAdmitted(user, sandbox) ? toUser(user) : null;
}
