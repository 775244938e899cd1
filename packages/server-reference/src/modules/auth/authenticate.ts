/** Says whose an access token of this server is. */
import { hash } from "node:crypto";
import { SegueError } from "@segue/core";
import type { Authenticator } from "../../http/principal";
import type { TokenStore } from "./token-store";
import { isAdmitted, toUser } from "./users";

/** Under what an opaque token is stored: its hash, so that a stolen database opens no account. */
export function tokenKey(token: string): string {
  return hash("sha256", token, "base64url");
}

/**
 * Tokens that this server issued. Token and user are read for every request, so that a revocation and a change of plan
 * hold from the next request on.
 */
export function localAuthenticator(tokens: TokenStore, sandbox: boolean, now: () => number): Authenticator {
  const authenticator: Authenticator = {
    authenticate: async (token) => (await authenticator.identify(token)).user,
    async identify(token) {
      const found = await tokens.findAccess(tokenKey(token));
      if (!found) throw new SegueError("unauthenticated");
      const { user, expiresAtMs } = found;
      if (expiresAtMs !== null && expiresAtMs <= now()) throw new SegueError("token_expired");
      if (!user || !isAdmitted(user, sandbox)) throw new SegueError("unauthenticated");
      return { user: toUser(user), expiresAtMs };
    },
  };
  return authenticator;
}
