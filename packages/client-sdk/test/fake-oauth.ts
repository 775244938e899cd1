import type { FakeAnswer, FakeHandler } from "../src/testing/memory-http";

export const ISSUER = "http://auth.test";

/** An authorization server in memory: rotates refresh tokens and refuses one that was spent. */
export function fakeOAuth() {
  let generation = 0;
  const spent = new Set<string>();
  const log: string[] = [];
  const polls: ("authorization_pending" | "slow_down" | "access_denied" | "ok")[] = [];
  const revoked: string[] = [];

  function tokens(): FakeAnswer {
    generation++;
    return {
      body: {
        access_token: `access-${generation}`,
        refresh_token: `refresh-${generation}`,
        token_type: "Bearer",
        expires_in: 300,
      },
    };
  }
  const refuse = (error: string): FakeAnswer => ({ status: 400, body: { error } });

  function token(form: URLSearchParams): FakeAnswer {
    const grant = form.get("grant_type");
    log.push(grant?.split(":").at(-1) ?? "");
    if (grant === "refresh_token") {
      const presented = form.get("refresh_token") ?? "";
      if (spent.has(presented) || revoked.includes(presented)) return refuse("invalid_grant");
      spent.add(presented);
      return tokens();
    }
    if (grant === "authorization_code")
      return form.get("code") === "good" ? tokens() : refuse("invalid_grant");
    const next = polls.shift() ?? "ok";
    return next === "ok" ? tokens() : refuse(next);
  }

  const handler: FakeHandler = ({ parsed, body }) => {
    const form = new URLSearchParams(String(body ?? ""));
    switch (parsed.pathname) {
      case "/.well-known/openid-configuration":
        return {
          body: {
            issuer: ISSUER,
            authorization_endpoint: `${ISSUER}/oauth/authorize`,
            token_endpoint: `${ISSUER}/oauth/token`,
            device_authorization_endpoint: `${ISSUER}/oauth/device_authorization`,
            revocation_endpoint: `${ISSUER}/oauth/revoke`,
          },
        };
      case "/oauth/token":
        return token(form);
      case "/oauth/device_authorization":
        return {
          body: {
            device_code: "device-code",
            user_code: "ABCD-EFGH",
            verification_uri: `${ISSUER}/device`,
            expires_in: 600,
            interval: 5,
          },
        };
      case "/oauth/revoke":
        revoked.push(form.get("token") ?? "");
        return { status: 200 };
      default:
        return { status: 404 };
    }
  };
  return { handler, log, polls, revoked };
}
