/**
 * Where listeners are kept. Implementations: SQLite and PostgreSQL (`adapters/sql/user-store.ts`), which pass
 * `testing/user-store-suite.ts`.
 */
import type { Milliseconds, UserId } from "@segue/core";
import type { User } from "../../http/principal";

/** What an operator, or another provider, says of a listener. */
export type UserDetails = Pick<User, "name" | "plan" | "market">;

/** A listener, as kept. */
export interface StoredUser extends User {
  /** Lower case; what is typed to sign in. No two have the same. */
  readonly login: string;
  readonly createdAtMs: Milliseconds;
  /** When the token of another provider was issued that said name, plan and market; null for users of this server. */
  readonly claimsIssuedAtMs: Milliseconds | null;
}

/** A listener of this server. */
export interface NewUser extends User {
  readonly login: string;
  /** As `password.ts` makes it; null for whoever never signs in with one. */
  readonly passwordHash: string | null;
}

/** What the token of another provider says. */
export interface UserClaims extends UserDetails {
  readonly issuedAtMs: Milliseconds;
}

/** Listeners. Whatever else is kept of one goes with them, and what was issued to them ends. */
export interface UserStore {
  /** The user; null when there is none. Always read afresh. */
  find(id: UserId): Promise<StoredUser | null>;
  /** The user who signs in as `login`, with the hash of their password; null when there is none. */
  findByLogin(
    login: string,
  ): Promise<{ readonly user: StoredUser; readonly passwordHash: string | null } | null>;
  /** Everyone who has a password, by login. */
  listWithPassword(): Promise<readonly StoredUser[]>;
  /** Adds a user; false, and nothing changes, when the id or the login is taken. */
  add(user: NewUser, nowMs: Milliseconds): Promise<boolean>;
  /** Changes what is said of a user; nothing when there is none. */
  change(id: UserId, change: Partial<UserDetails>): Promise<void>;
  /**
   * Keeps what a provider says of a user, whom the first claims make; claims older than those kept change nothing, in
   * whatever order they come. A user of this server stays as they are.
   */
  saveClaims(id: UserId, claims: UserClaims, nowMs: Milliseconds): Promise<void>;
  /** Gives a user another password, and ends every session, token and code of theirs. */
  setPassword(id: UserId, passwordHash: string): Promise<void>;
  /** Removes a user, if there is one, with devices, licenses, playlists, sessions and tokens. */
  remove(id: UserId): Promise<void>;
  /**
   * Removes, in the same way, all users whose login begins with `prefix`, or of them only `id`.
   * @returns whom it removed
   */
  removeByLogin(prefix: string, id?: UserId): Promise<readonly UserId[]>;
}
