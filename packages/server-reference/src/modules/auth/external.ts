/** Tokens of another OpenID provider (SEGUE_OIDC_ISSUER). */
import { createHash } from "node:crypto";
import { idFromBytes, SegueError, type UserId } from "@segue/core";
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { Db } from "../../adapters/sqlite/open";
import type { Authenticator, User } from "./principal";
import { findUser } from "./users";

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(5000),
  });
  const document = (await answer.json()) as { issuer?: string; jwks_uri?: string };
  if (document.issuer?.replace(/\/+$/, "") !== issuer || !document.jwks_uri)
    throw new Error("not the issuer's discovery document");
  return createRemoteJWKSet(new URL(document.jwks_uri));
}

/** JWT access tokens of `issuer`; the first token of a subject makes its user, on the free plan. */
export function externalAuthenticator(db: Db, issuer: string, now: () => number): Authenticator {
  let keys: Promise<JWTVerifyGetKey> | null = null;

  async function userOf(claims: { readonly [claim: string]: unknown }): Promise<User> {
    const subject = String(claims.sub);
    const id: UserId = idFromBytes("user", createHash("sha256").update(`${issuer}\0${subject}`).digest());
    const known = await findUser(db, id, false);
    if (known) return known;
    const name = typeof claims.name === "string" ? claims.name.slice(0, 200) : "Listener";
    const market =
      typeof claims.country === "string" && /^[A-Z]{2}$/.test(claims.country) ? claims.country : "US";
    const plan = claims.segue_plan === "premium" ? "premium" : "free";
    const row = { id, name, login: id, plan, market, created_at: now(), password_hash: null } as const;
    await db
      .insertInto("users")
      .values(row)
      .onConflict((on) => on.doNothing())
      .execute();
    return { id, name, plan, market, explicitFilter: false };
  }

  return {
    async authenticate(token) {
      try {
        keys ??= discover(issuer);
        const { payload } = await jwtVerify(token, await keys, {
          issuer: [issuer, `${issuer}/`],
          audience: "segue",
          requiredClaims: ["sub", "exp"],
          currentDate: new Date(now()),
        });
        return await userOf(payload);
      } catch (error) {
        if (SegueError.is(error)) throw error;
        if (error instanceof errors.JWTExpired) throw new SegueError("token_expired");
        if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout))
          throw new SegueError("unauthenticated", { cause: error });
        keys = null;
        throw new SegueError("unavailable", {
          detail: "the identity provider does not answer",
          retryAfterMs: 5000,
          cause: error,
        });
      }
    },
  };
}
