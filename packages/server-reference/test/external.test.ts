/** Signing in through another OpenID provider: a real one on loopback. */
import { createHash, createPublicKey, randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importJWK, type JWTPayload, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tokenKey } from "../src/modules/auth/authenticate";
import { DEMO_USERS } from "../src/modules/auth/demo-users";
import type { ProviderKeyOptions } from "../src/modules/auth/provider-keys";
import { ACCESS_TOKEN } from "../src/modules/auth/token-store";
import { call, startTestServer, type TestServer } from "./harness";
import {
  CLIENT_ID,
  type IdentityProvider,
  REDIRECT_URI,
  RESOURCE,
  startIdentityProvider,
} from "./identity-provider";
import { Browser } from "./sign-in";

let idp: IdentityProvider;
const servers: TestServer[] = [];
beforeEach(async () => {
  idp = await startIdentityProvider();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  await idp.stop();
});

async function start(keys: ProviderKeyOptions = {}, issuer = idp.issuer): Promise<TestServer> {
  const server = await startTestServer({ SEGUE_OIDC_ISSUER: issuer }, { providerKeys: keys });
  servers.push(server);
  return server;
}
const me = (server: TestServer, token: string) => call(server, "GET", "/v1/me", { token });
const codeOf = async (server: TestServer, token: string) => (await me(server, token)).body.code ?? "accepted";

/** A token signed by `key` or by the provider's own; `change` edits its claims. */
async function forge(change: JWTPayload = {}, header: Record<string, unknown> = {}, key?: Uint8Array) {
  const jwk = idp.signingJwk();
  const seconds = Math.floor(Date.now() / 1000);
  const claims = { iss: idp.issuer, aud: "segue", sub: "ada", iat: seconds, exp: seconds + 600, ...change };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", kid: jwk.kid, ...header })
    .sign(key ?? (await importJWK(jwk, "ES256")));
}

describe("another OpenID provider", () => {
  it("signs a listener in, from its page to the first call", async () => {
    const server = await start();
    idp.describe("grace", { segue_plan: "premium", segue_market: "NO", name: "Grace" });
    const discovered = await fetch(`${server.url}/.well-known/openid-configuration`);
    const { issuer, authorization_endpoint, token_endpoint } = (await discovered.json()) as {
      [name: string]: string;
    };
    expect(issuer).toBe(idp.issuer);
    expect((await call(server, "GET", "/v1/capabilities")).body.issuer).toBe(idp.issuer);

    const browser = new Browser();
    const at = { url: idp.issuer };
    const verifier = randomBytes(32).toString("base64url");
    const query = new URLSearchParams({
      client_id: CLIENT_ID,
      response_type: "code",
      redirect_uri: REDIRECT_URI,
      scope: "openid",
      resource: RESOURCE,
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
    });
    let page = await browser.follow(at, `${authorization_endpoint}?${query}`);
    page = await browser.follow(at, page.url, { prompt: "login", login: "grace", password: "any" });
    page = await browser.follow(at, page.url, { prompt: "consent" });
    const code = new URL(page.headers.get("location")!).searchParams.get("code")!;
    const form = { grant_type: "authorization_code", client_id: CLIENT_ID, redirect_uri: REDIRECT_URI };
    const answer = await fetch(token_endpoint!, {
      method: "POST",
      body: new URLSearchParams({ ...form, code, code_verifier: verifier, resource: RESOURCE }),
    });
    const { access_token } = (await answer.json()) as { access_token: string };
    expect((await me(server, access_token)).body).toMatchObject({
      name: "Grace",
      plan: "premium",
      market: "NO",
    });
  });

  it("alone signs in: the server's own pages and tokens do not exist", async () => {
    const server = await start();
    expect((await call(server, "GET", "/oauth/authorize")).status).toBe(404);
    const local = randomBytes(32).toString("base64url");
    const rest = { payload: {}, grantId: null, userCode: null, uid: null, expiresAtMs: null };
    const userId = DEMO_USERS[0]!.id;
    await server.stores.tokens.save({ model: ACCESS_TOKEN, id: tokenKey(local), userId, ...rest });
    expect(await codeOf(server, local)).toBe("unauthenticated");
  });

  it("may be talked to by the web player's page, and nobody else may", async () => {
    const SEGUE_WEB_DIR = mkdtempSync(join(tmpdir(), "segue-web-"));
    writeFileSync(join(SEGUE_WEB_DIR, "index.html"), "<!doctype html><title>player</title>");
    const server = await startTestServer({ SEGUE_OIDC_ISSUER: `${idp.issuer}/realm`, SEGUE_WEB_DIR });
    servers.push(server);
    const policy = (await call(server, "GET", "/")).headers.get("content-security-policy");
    expect(policy?.split("; ")).toContain(`connect-src 'self' ${idp.issuer}`);
  });

  it("says plan, market and name with each new token, and an older token sets nothing back", async () => {
    const server = await start();
    const seconds = Math.floor(Date.now() / 1000);
    const at = (iat: number, claims: JWTPayload) => forge({ iat: seconds + iat, ...claims });
    const first = await at(-60, { segue_plan: "premium", segue_market: "SE", name: "Ada" });
    const { id } = (await me(server, first)).body;
    const later = await at(-30, { segue_plan: "free", segue_market: "DE" });
    expect((await me(server, later)).body).toMatchObject({ id, name: "Ada", plan: "free", market: "DE" });
    expect((await me(server, first)).body).toMatchObject({ plan: "free", market: "DE" });
    const between = await at(-45, { segue_plan: "premium", segue_market: "FR", name: "Eve" });
    expect((await me(server, between)).body).toMatchObject({ name: "Ada", plan: "free", market: "DE" });
    const long = await at(-2, { name: `${"x".repeat(199)}🎧` });
    expect((await me(server, long)).body).toMatchObject({ id, name: "x".repeat(199) });
    const odd = await at(-1, { name: "\0A\0da\ud800" });
    expect((await me(server, odd)).body).toMatchObject({ id, name: "Ada" });
    const newest = await at(-1, { segue_plan: "premium", segue_market: "SE", name: "Ada L." });
    expect((await me(server, newest)).body).toMatchObject({ id, name: "Ada L.", plan: "premium" });

    const issued = await idp.issue({ subject: "ada", claims: { segue_plan: "free", segue_market: "FI" } });
    expect((await me(server, issued)).body).toMatchObject({ id, plan: "free", market: "FI" });
  });

  it("gives what every listener has where it says nothing, or nonsense", async () => {
    const server = await start();
    const silent = (await me(server, await idp.issue({ subject: "x" }))).body;
    expect(silent).toMatchObject({ name: "Listener", plan: "free", market: "ZZ", explicitFilter: false });
    const claims = { segue_plan: "platinum", segue_market: "Sweden", name: { first: "X" } };
    expect((await me(server, await forge({ sub: "y", ...claims }))).body).toMatchObject({
      name: "Listener",
      plan: "free",
      market: "ZZ",
    });
  });

  it("keeps subjects of the same name apart from another provider's", async () => {
    const server = await start();
    const other = await startIdentityProvider();
    const second = await start({}, other.issuer);
    const mine = (await me(server, await idp.issue({ subject: "ada" }))).body.id;
    expect((await me(second, await other.issue({ subject: "ada" }))).body.id).not.toBe(mine);
    await other.stop();
  });
});

describe("a token that the provider did not mean for this server", () => {
  it("is refused, whatever is wrong with it", async () => {
    const server = await start();
    const stranger = await startIdentityProvider();
    const good = await forge();
    expect(await codeOf(server, good)).toBe("accepted");
    const [head, body, signature] = good.split(".") as [string, string, string];
    const swapped = Buffer.from(body, "base64url").toString().replace("ada", "eve");
    const flipped = Buffer.from(signature, "base64url");
    flipped[5]! ^= 1;
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    const jwk = idp.signingJwk();
    const pem = createPublicKey({ key: jwk as never, format: "jwk" }).export({ type: "spki", format: "pem" });
    const seconds = Math.floor(Date.now() / 1000);
    const refused: Record<string, string> = {
      "another audience": await idp.issue({ subject: "ada", audience: "another-service" }),
      "another issuer": await stranger.issue({ subject: "ada" }),
      "another issuer's name under a known key": await forge({ iss: stranger.issuer }),
      "changed claims": `${head}.${Buffer.from(swapped).toString("base64url")}.${signature}`,
      "a changed signature": `${head}.${body}.${flipped.toString("base64url")}`,
      "no signature": `${none}.${body}.`,
      "the public key as a shared secret": await forge({}, { alg: "HS256" }, Buffer.from(pem)),
      "not valid yet": await forge({ nbf: seconds + 3600 }),
      "no subject": await forge({ sub: undefined as never }),
      "an empty subject": await forge({ sub: "" }),
      "a subject that is no text": await forge({ sub: 7 as never }),
      "no end": await forge({ exp: undefined as never }),
      "no beginning": await forge({ iat: undefined as never }),
      "an extension that must be understood": await forge({}, { crit: ["x"], x: 1 }).catch(() => "a.b.c"),
      nonsense: "a.b.c",
    };
    for (const [what, token] of Object.entries(refused))
      expect([what, await codeOf(server, token)]).toEqual([what, "unauthenticated"]);
    expect(await codeOf(server, await forge({ iat: seconds - 900, exp: seconds - 300 }))).toBe(
      "token_expired",
    );
    const soon = await idp.issue({ subject: "ada", lifetime: 60 });
    server.advance(120_000);
    expect(await codeOf(server, soon)).toBe("token_expired");
    await stranger.stop();
  });
});

describe("the provider's keys", () => {
  it("may be rotated: the new one is fetched, the old one refused", async () => {
    const server = await start({ cooldownMs: 0 });
    const before = await idp.issue({ subject: "ada" });
    expect(await codeOf(server, before)).toBe("accepted");
    await idp.rotate();
    expect(await codeOf(server, await idp.issue({ subject: "ada" }))).toBe("accepted");
    expect(await codeOf(server, before)).toBe("unauthenticated");
  });

  it("are not fetched for every key id that somebody makes up", async () => {
    const server = await start();
    const good = await idp.issue({ subject: "ada" });
    expect(await codeOf(server, good)).toBe("accepted");
    const made = await Promise.all(Array.from({ length: 40 }, (_, i) => forge({}, { kid: `made-up-${i}` })));
    const codes = await Promise.all(made.map((token) => codeOf(server, token)));
    expect(new Set(codes)).toEqual(new Set(["unauthenticated"]));
    expect(idp.keyRequests()).toBe(1);
    expect(await codeOf(server, good)).toBe("accepted");
  });

  it.each(["failing", "silent"] as const)("cannot be had from a %s provider: unavailable", async (mood) => {
    const server = await start({ pauseMs: 200, timeoutMs: 100 });
    const token = await idp.issue({ subject: "ada" });
    idp.behave(mood);
    for (let i = 0; i < 10; i++) {
      const { status, headers, body } = await me(server, token);
      expect([status, body.code, body.retryable]).toEqual([503, "unavailable", true]);
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(idp.discoveries()).toBeLessThan(10);
    idp.behave("well");
    await expect.poll(() => codeOf(server, token), { timeout: 10_000 }).toBe("accepted");
  });

  it("are kept while the provider is away, also when somebody asks for keys that are not there", async () => {
    const server = await start({ cooldownMs: 0 });
    const token = await idp.issue({ subject: "ada" });
    expect(await codeOf(server, token)).toBe("accepted");
    idp.behave("failing");
    expect(await codeOf(server, await forge({}, { kid: "made-up" }))).toBe("unavailable");
    expect(await codeOf(server, token)).toBe("accepted");
  });

  it("are not taken from a discovery document of another issuer", async () => {
    const other = await startIdentityProvider();
    const server = await start({}, idp.issuer.replace("127.0.0.1", "localhost"));
    expect(await codeOf(server, await idp.issue({ subject: "ada" }))).toBe("unavailable");
    await other.stop();
  });
});
