/** Reads the bearer token of a request and says whose it is. */
import { createHash } from "node:crypto";
import { SegueError, type UserId } from "@segue/core";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Db } from "../../adapters/sqlite/open";
import type { Authenticator, User } from "./principal";

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]{1,8192}=*)$/i;

/** Under what an opaque token is stored: its hash, so that a stolen database opens no account. */
export function tokenKey(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

/** The user `id`; null when there is none. */
export async function findUser(db: Db, id: string): Promise<User | null> {
  const row = await db.selectFrom("users").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) return null;
  return {
    id: row.id as UserId,
    name: row.name,
    plan: row.plan,
    market: row.market,
    explicitFilter: row.explicit_filter === 1,
  };
}

/** Tokens that this server issued. */
export function localAuthenticator(db: Db, now: () => number): Authenticator {
  return {
    async authenticate(token) {
      const row = await db
        .selectFrom("oidc_payloads")
        .select(["payload", "expires_at"])
        .where("model", "=", "AccessToken")
        .where("id", "=", tokenKey(token))
        .executeTakeFirst();
      if (!row) throw new SegueError("unauthenticated");
      if (row.expires_at !== null && row.expires_at <= now()) throw new SegueError("token_expired");
      const { accountId } = JSON.parse(row.payload) as { accountId?: string };
      const user = accountId ? await findUser(db, accountId) : null;
      if (!user) throw new SegueError("unauthenticated");
      return user;
    },
  };
}

/** The bearer token of `request`; null when there is none. @throws SegueError `unauthenticated` on another scheme */
export function bearerToken(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  if (header === undefined) return null;
  const token = BEARER.exec(header)?.[1];
  if (!token)
    throw new SegueError("unauthenticated", { detail: "expected Authorization: Bearer and a token" });
  return token;
}

/** Adds `requireUser` and `optionalUser` to `app`. */
export function registerAuthentication(app: FastifyInstance, authenticator: Authenticator): void {
  const optional = async (request: FastifyRequest) => {
    const token = bearerToken(request);
    return token === null ? null : authenticator.authenticate(token);
  };
  app.decorate("optionalUser", optional);
  app.decorate("requireUser", async (request: FastifyRequest) => {
    const user = await optional(request);
    if (!user) throw new SegueError("unauthenticated");
    return user;
  });
}
