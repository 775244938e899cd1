/**
 * Where the authorization server keeps its tokens, codes, grants, sessions and key. Implementations: SQLite and PostgreSQL
 * (`adapters/sql/token-store.ts`), which pass `testing/token-store-suite.ts`.
 */
import type { Milliseconds, UserId } from "@segue/core";
import type { StoredUser } from "./user-store";

/** The model of what `findAccess` finds. */
export const ACCESS_TOKEN = "AccessToken";

/** Something that was issued. oidc-provider names its models; an id is one model's alone. */
export interface Issued {
  readonly model: string;
  readonly id: string;
  /** What oidc-provider wants back. Any JSON. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Whom it was issued to; null before somebody has signed in. They need not exist. */
  readonly userId: UserId | null;
  readonly grantId: string | null;
  /** What a listener types to sign a device in. */
  readonly userCode: string | null;
  /** By which a browser comes back to it. */
  readonly uid: string | null;
  /** null for what does not end by itself. */
  readonly expiresAtMs: Milliseconds | null;
}

/** What is kept of something that was issued. */
export interface FoundIssued extends Pick<Issued, "payload" | "expiresAtMs"> {
  /** When it was used up, in seconds since the Unix epoch; null when it was not. */
  readonly consumedAtS: number | null;
}

/** Whose an access token is. */
export interface FoundAccess {
  readonly expiresAtMs: Milliseconds | null;
  /** As they are now; null when they are gone. */
  readonly user: StoredUser | null;
}

/** What the authorization server keeps. What has expired is found until it is removed. */
export interface TokenStore {
  /** Keeps `issued`, unused, in the place of what the model has under the id. */
  save(issued: Issued): Promise<void>;
  find(model: string, id: string): Promise<FoundIssued | null>;
  findByUserCode(model: string, userCode: string): Promise<FoundIssued | null>;
  findByUid(model: string, uid: string): Promise<FoundIssued | null>;
  /** Everything that was issued to `userId`, by model, then by id. */
  listOf(userId: UserId): Promise<readonly (FoundIssued & Pick<Issued, "model">)[]>;
  /** The access token with `id`. It is asked for on every request, and always reads afresh. */
  findAccess(id: string): Promise<FoundAccess | null>;
  /**
   * Uses something up at `atS`, seconds since the Unix epoch; false when it was used before or is not there. Of those
   * who try at the same time, one succeeds.
   */
  consume(model: string, id: string, atS: number): Promise<boolean>;
  remove(model: string, id: string): Promise<void>;
  /** Removes what was issued under a grant, of whatever model. */
  removeGrant(grantId: string): Promise<void>;
  /** Removes what expired before `ms`. */
  removeExpired(ms: Milliseconds): Promise<void>;
  /** The key that signs id tokens; null before there is one. */
  findSigningKey(): Promise<Uint8Array | null>;
  /** Keeps `key` unless there is one; gives the one that is kept. */
  addSigningKey(key: Uint8Array, nowMs: Milliseconds): Promise<Uint8Array>;
}
