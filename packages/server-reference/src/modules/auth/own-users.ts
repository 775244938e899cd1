/** Listeners who sign in with a password of this server. */
import { randomBytes } from "node:crypto";
import { idFromBytes, type UserId } from "@segue/core";
import { isDemoUser } from "./demo-users";
import { hashPassword } from "./password";
import type { StoredUser, UserDetails, UserStore } from "./user-store";

/** A listener with a password. */
export interface OwnUser extends UserDetails {
  readonly id: UserId;
  readonly login: string;
  /** One of the sandbox's demo users, who may sign in to a sandbox alone. */
  readonly demo: boolean;
}

const toOwnUser = ({ id, login, name, plan, market }: StoredUser): OwnUser => ({
  id,
  login,
  name,
  plan,
  market,
  demo: isDemoUser(id),
});

/** Everyone who has a password, by login. */
export async function listOwnUsers(users: UserStore): Promise<readonly OwnUser[]> {
  return (await users.listWithPassword()).map(toOwnUser);
}

/** The listener who signs in as `login`; null when there is none. */
export async function findOwnUser(users: UserStore, login: string): Promise<OwnUser | null> {
  const found = await users.findByLogin(login);
  return found && found.passwordHash !== null ? toOwnUser(found.user) : null;
}

/** Adds a listener. Gives the id; null when the login is taken. */
export async function addOwnUser(
  users: UserStore,
  login: string,
  password: string,
  details: UserDetails,
  nowMs: number,
): Promise<UserId | null> {
  const id = idFromBytes("user", randomBytes(16));
  const passwordHash = await hashPassword(password);
  const added = await users.add({ id, login, ...details, explicitFilter: false, passwordHash }, nowMs);
  return added ? id : null;
}
