import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, startTestServer, type TestServer } from "./harness";
import { Browser, hidden, openSignIn, REDIRECT_URI, signIn, type Tokens, token } from "./sign-in";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const me = (accessToken: string) => call(server, "GET", "/v1/me", { token: accessToken });
const refresh = (refreshToken: string) =>
  token(server, { grant_type: "refresh_token", client_id: "segue-web-player", refresh_token: refreshToken });

describe("authorization code with PKCE", () => {
  it("signs in with one click and knows the user", async () => {
    const tokens = await signIn(server, "ada");
    expect((await me(tokens.access_token)).body).toMatchObject({
      name: "Ada",
      plan: "premium",
      market: "SE",
    });
    const bob = await signIn(server, "bob");
    expect((await me(bob.access_token)).body).toMatchObject({ name: "Bob", plan: "free", market: "DE" });
  });

  it("signs in with a password, and says when it is wrong", async () => {
    const browser = new Browser();
    const { page, html } = await openSignIn(server, browser);
    const csrf = hidden(html, "csrf");
    const wrong = await browser.follow(server, page.url, { csrf, login: "ada", password: "nope" });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain("Name or password is wrong");
    const right = await browser.follow(server, page.url, { csrf, login: "Ada ", password: "ada-sandbox" });
    expect(right.headers.get("location")).toContain(`${REDIRECT_URI}?code=`);
  });

  it("refuses a form without the page's token", async () => {
    const browser = new Browser();
    const { page } = await openSignIn(server, browser);
    expect((await browser.open(page.url, { demo: "ada" })).status).toBe(403);
  });

  it("refuses a sign-in page of another browser", async () => {
    const { page, html } = await openSignIn(server, new Browser());
    const other = await new Browser().open(page.url, { csrf: hidden(html, "csrf"), demo: "ada" });
    expect(other.status).toBe(404);
  });

  it("shows the sign-in page under a policy without script", async () => {
    const { page } = await openSignIn(server, new Browser());
    const policy = page.headers.get("content-security-policy")!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("script-src");
  });

  it("refuses a redirect that leaves the machine, and a request without PKCE", async () => {
    const away = await openSignIn(server, new Browser(), {
      redirect_uri: "http://evil.example/auth-callback.html",
    });
    expect(away.page.status).toBe(400);
    const plain = await openSignIn(server, new Browser(), { code_challenge: "", code_challenge_method: "" });
    expect(plain.page.headers.get("location")).toContain("error=invalid_request");
  });

  it("takes a code once, and only with its verifier", async () => {
    const browser = new Browser();
    const { page, html } = await openSignIn(server, browser);
    const left = await browser.follow(server, page.url, { csrf: hidden(html, "csrf"), demo: "ada" });
    const code = new URL(left.headers.get("location")!).searchParams.get("code")!;
    const given = {
      grant_type: "authorization_code",
      client_id: "segue-web-player",
      redirect_uri: REDIRECT_URI,
      code,
    };
    const refused = await token(server, { ...given, code_verifier: "x".repeat(43) });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: "invalid_grant" });
  });

  it("knows nobody by a name that cannot be kept", async () => {
    const unknown = await openSignIn(server, new Browser(), { client_id: "\0" });
    expect(unknown.page.status).toBe(400);
    const browser = new Browser();
    const { page, html } = await openSignIn(server, browser);
    const form = { csrf: hidden(html, "csrf"), login: "ada\0", password: "ada-sandbox" };
    expect((await browser.follow(server, page.url, form)).status).toBe(422);
  });

  it("answers prompt=consent of its own clients without a question", async () => {
    const browser = new Browser();
    const { page, html } = await openSignIn(server, browser, { prompt: "consent" });
    const left = await browser.follow(server, page.url, { csrf: hidden(html, "csrf"), demo: "ada" });
    expect(left.headers.get("location")).toContain("code=");
  });
});

describe("tokens", () => {
  it("rotates refresh tokens and ends the grant when an old one is used again", async () => {
    const first = await signIn(server);
    const second = (await (await refresh(first.refresh_token)).json()) as Tokens;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await me(second.access_token)).status).toBe(200);
    expect((await refresh(first.refresh_token)).status).toBe(400);
    expect((await me(second.access_token)).body.code).toBe("unauthenticated");
    expect((await refresh(second.refresh_token)).status).toBe(400);
  });

  it("revokes", async () => {
    const tokens = await signIn(server);
    const body = new URLSearchParams({ client_id: "segue-web-player", token: tokens.refresh_token });
    expect((await fetch(`${server.url}/oauth/revoke`, { method: "POST", body })).status).toBe(200);
    expect((await me(tokens.access_token)).status).toBe(401);
    expect((await refresh(tokens.refresh_token)).status).toBe(400);
  });

  it("tells expired from unknown and from malformed", async () => {
    const other = await startTestServer();
    try {
      const tokens = await signIn(other);
      other.advance(16 * 60_000);
      const expired = await call(other, "GET", "/v1/me", { token: tokens.access_token });
      expect(expired.status).toBe(401);
      expect(expired.body).toMatchObject({ code: "token_expired", retryable: true });
      expect((await call(other, "GET", "/v1/me", { token: "unknown" })).body.code).toBe("unauthenticated");
      const basic = await call(other, "GET", "/v1/me", { headers: { authorization: "Basic YTpi" } });
      expect(basic.body.code).toBe("unauthenticated");
    } finally {
      await other.stop();
    }
  });

  it("stores no token that could be used", async () => {
    const tokens = await signIn(server);
    const rows = await server.context.db.selectFrom("oidc_payloads").selectAll().execute();
    const stored = JSON.stringify(rows);
    expect(stored).not.toContain(tokens.access_token);
    expect(stored).not.toContain(tokens.refresh_token);
  });

  it("lets a page on this machine ask for tokens, and no other page", async () => {
    const ask = (origin: string) =>
      fetch(`${server.url}/oauth/token`, {
        method: "POST",
        headers: { origin },
        body: new URLSearchParams({
          grant_type: "refresh_token",
          client_id: "segue-web-player",
          refresh_token: "x",
        }),
      });
    expect((await ask("http://127.0.0.1:5173")).headers.get("access-control-allow-origin")).toBe(
      "http://127.0.0.1:5173",
    );
    expect((await ask("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("device grant", () => {
  it("waits for the listener, then signs the device in", async () => {
    const form = new URLSearchParams({ client_id: "segue-device", scope: "openid offline_access" });
    const asking = await fetch(`${server.url}/oauth/device_authorization`, { method: "POST", body: form });
    const started = (await asking.json()) as {
      device_code: string;
      user_code: string;
      verification_uri: string;
    };
    const poll = () =>
      token(server, {
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        client_id: "segue-device",
        device_code: started.device_code,
      });
    expect(await (await poll()).json()).toMatchObject({ error: "authorization_pending" });

    const browser = new Browser();
    const typed = await (await browser.open(started.verification_uri)).text();
    const wrong = await browser.open(started.verification_uri, {
      xsrf: hidden(typed, "xsrf"),
      user_code: "BBBB-BBBB",
    });
    expect(await wrong.text()).toContain("not known");
    const again = await (await browser.open(started.verification_uri)).text();
    const asked = await browser.open(started.verification_uri, {
      xsrf: hidden(again, "xsrf"),
      user_code: started.user_code,
    });
    const html = await asked.text();
    expect(html).toContain("Is this your device?");
    const confirmed = { xsrf: hidden(html, "xsrf"), user_code: started.user_code, confirm: "yes" };
    const page = await browser.follow(server, started.verification_uri, confirmed);
    const done = await browser.follow(server, page.url, {
      csrf: hidden(await page.text(), "csrf"),
      demo: "bob",
    });
    expect(await done.text()).toContain("Connected");

    const tokens = (await (await poll()).json()) as Tokens;
    expect((await me(tokens.access_token)).body.name).toBe("Bob");
    expect(tokens.refresh_token).toBeTruthy();
  });
});

describe("outside the sandbox", () => {
  it("has no demo users and no one-click sign-in", async () => {
    const strict = await startTestServer({ SEGUE_SANDBOX: "0" });
    try {
      const browser = new Browser();
      const { page, html } = await openSignIn(strict, browser);
      expect(html).not.toContain("Continue as");
      const tried = await browser.follow(strict, page.url, { csrf: hidden(html, "csrf"), demo: "ada" });
      expect(tried.status).toBe(422);
    } finally {
      await strict.stop();
    }
  });
});
