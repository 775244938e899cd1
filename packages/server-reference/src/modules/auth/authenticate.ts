/** Says whose an access token of this server is. */
import { hash } from "node:crypto";
import { SegueError } from "@segue/core";
import { sql } from "kysely";
import type { Db } from "../../adapters/sql/tables";
import type { Authenticator } from "../../http/principal";
import { isAdmitted, toUser, USER_COLUMNS, type UserRow } from "./users";

/** Under what an opaque token is stored: its hash, so that a stolen database opens no account. */
export function tokenKey(token: string): string {
  return hash("sha256", token, "base64url");
}

type TokenRow = { readonly expires_at: number | null } & (UserRow | { readonly id: null });

const hasUser = (row: TokenRow): row is TokenRow & UserRow => row.id !== null;

/**
 * Tokens that this server issued. Token and user are read for every request, in one query, so that a revocation and a
 * change of plan hold from the next request on.
 */
export function localAuthenticator(db: Db, sandbox: boolean, now: () => number): Authenticator {
  const query = db
    .selectFrom("oidc_payloads as token")
    .leftJoin("users", (join) => join.onRef("users.id", "=", sql`token.payload ->> 'accountId'`))
    .select([...USER_COLUMNS, "expires_at"])
    .where("token.model", "=", "AccessToken")
    .where("token.id", "=", "")
    .compile();

  const authenticator: Authenticator = {
    authenticate: async (token) => (await authenticator.identify(token)).user,
    async identify(token) {
      const parameters = ["AccessToken", tokenKey(token)];
      const row = (await db.executeQuery<TokenRow>({ ...query, parameters })).rows[0];
      if (!row) throw new SegueError("unauthenticated");
      if (row.expires_at !== null && row.expires_at <= now()) throw new SegueError("token_expired");
      if (!hasUser(row) || !isAdmitted(row, sandbox)) throw new SegueError("unauthenticated");
      return { user: toUser(row), expiresAtMs: row.expires_at };
    },
  };
  return authenticator;
}
