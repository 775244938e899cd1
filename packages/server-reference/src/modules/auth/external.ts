/** Tokens of another OpenID provider (SEGUE_OIDC_ISSUER). docs/guides/run-the-server.md says what it must put in. */
import { createHash } from "node:crypto";
import { idFromBytes, SegueError } from "@segue/core";
import { errors, type JWTPayload, jwtVerify } from "jose";
import type { Authenticator, User } from "../../http/principal";
import { type ProviderKeyOptions, ProviderUnreachable, providerKeys } from "./provider-keys";
import type { UserStore } from "./user-store";
import { toUser } from "./users";

/** Signatures that only the provider can make. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];
/** How far the clocks of provider and server may differ, in seconds. */
const CLOCK_TOLERANCE_S = 5;
/** A market in which only what is available everywhere is available: ISO 3166-1 leaves it to its users. */
const UNKNOWN_MARKET = "ZZ";
const UNNAMED = "Listener";
/** No text that is kept has U+0000 or half a character; cutting a name may halve its last one. */
const UNKEPT = /[\0\p{Surrogate}]/gu;

/** Which provider, and what its tokens must be for. */
export interface ExternalIssuer {
  /** Without a slash at the end. */
  readonly issuer: string;
  readonly audience: string;
}

interface Claims {
  readonly subject: string;
  /** null when the token does not say it. */
  readonly name: string | null;
  readonly plan: User["plan"];
  readonly market: string;
  readonly issuedAtMs: number;
}

function readClaims(payload: JWTPayload, nowMs: number): Claims {
  const { sub, iat, name, segue_plan: plan, segue_market: market } = payload;
  if (typeof sub !== "string" || sub === "" || sub.length > 1000)
    throw new SegueError("unauthenticated", { detail: "the token names no subject" });
  const kept = typeof name === "string" ? name.trim().slice(0, 200).replace(UNKEPT, "").trim() : "";
  return {
    subject: sub,
    name: kept === "" ? null : kept,
    plan: plan === "premium" ? "premium" : "free",
    market: typeof market === "string" && /^[A-Z]{2}$/.test(market) ? market : UNKNOWN_MARKET,
    // A token of the future must not outrank all that come.
    issuedAtMs: Math.min((iat ?? 0) * 1000, nowMs),
  };
}

/** The user that `claims` are about, as the newest token that was seen says. */
async function userOf(users: UserStore, issuer: string, claims: Claims, nowMs: number): Promise<User> {
  const id = idFromBytes("user", createHash("sha256").update(`${issuer}\0${claims.subject}`).digest());
  const { plan, market, issuedAtMs } = claims;
  const known = await users.find(id);
  const knownAtMs = known?.claimsIssuedAtMs ?? Number.NEGATIVE_INFINITY;
  const name = claims.name ?? known?.name ?? UNNAMED;
  const same = known?.name === name && known.plan === plan && known.market === market;
  if (known && (knownAtMs > issuedAtMs || (knownAtMs === issuedAtMs && same))) return toUser(known);
  await users.saveClaims(id, { name, plan, market, issuedAtMs }, nowMs);
  const saved = await users.find(id);
  return saved ? toUser(saved) : { id, name, plan, market, explicitFilter: false };
}

/**
 * JWT access tokens of another provider. The first token of a subject makes its user; every later one brings plan,
 * market and name up to date, an older one never sets them back.
 */
export function externalAuthenticator(
  users: UserStore,
  { issuer, audience }: ExternalIssuer,
  now: () => number,
  options: ProviderKeyOptions = {},
): Authenticator {
  const keys = providerKeys(issuer, options);

  const authenticator: Authenticator = {
    authenticate: async (token) => (await authenticator.identify(token)).user,
    async identify(token) {
      const nowMs = now();
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer: [issuer, `${issuer}/`],
          audience,
          algorithms: ALGORITHMS,
          requiredClaims: ["sub", "exp", "iat"],
          clockTolerance: CLOCK_TOLERANCE_S,
          currentDate: new Date(nowMs),
        });
        const user = await userOf(users, issuer, readClaims(payload, nowMs), nowMs);
        return { user, expiresAtMs: payload.exp === undefined ? null : payload.exp * 1000 };
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw new SegueError("token_expired");
        if (error instanceof errors.JOSEError) throw new SegueError("unauthenticated", { cause: error });
        if (!(error instanceof ProviderUnreachable)) throw error;
        const detail = "the identity provider does not answer";
        throw new SegueError("unavailable", { detail, retryAfterMs: 5000, cause: error });
      }
    },
  };
  return authenticator;
}
