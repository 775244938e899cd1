/** What somebody tries who wants more than the server means to give. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { call, startTestServer, type TestServer } from "./harness";
import { Browser, hidden, openSignIn, signIn, token } from "./sign-in";

const servers: TestServer[] = [];
async function start(env: Record<string, string>): Promise<TestServer> {
  const server = await startTestServer(env);
  servers.push(server);
  return server;
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

describe("rate limits", () => {
  it("count made-up tokens of one address together", async () => {
    const server = await start({ SEGUE_RATE_LIMIT: "3" });
    const statuses: number[] = [];
    for (let i = 0; i < 31; i++)
      statuses.push((await call(server, "GET", "/v1/me", { token: `made-up-${i}` })).status);
    expect(statuses.slice(0, 30)).toEqual(Array(30).fill(401));
    const refused = await call(server, "GET", "/v1/me", { token: "made-up-31" });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("do not give a guesser of passwords more tries for a header", async () => {
    const server = await start({});
    const browser = new Browser();
    const { page, html } = await openSignIn(server, browser);
    const statuses = new Set<number>();
    for (let i = 0; i < 31; i++) {
      const response = await fetch(page.url, {
        method: "POST",
        headers: { authorization: `Bearer guess-${i}` },
        body: new URLSearchParams({ csrf: hidden(html, "csrf"), login: "ada", password: "wrong" }),
      });
      statuses.add(response.status);
    }
    expect([...statuses]).toContain(429);
  });
});

describe("signing in", () => {
  it("does not take a sandbox's passwords where there is no sandbox any more", async () => {
    const SEGUE_DATA_DIR = mkdtempSync(join(tmpdir(), "segue-abuse-"));
    await (await startTestServer({ SEGUE_DATA_DIR })).close();
    const server = await start({ SEGUE_DATA_DIR, SEGUE_SANDBOX: "0" });
    const browser = new Browser();
    const { page, html } = await openSignIn(server, browser);
    const form = { csrf: hidden(html, "csrf"), login: "ada", password: "ada-sandbox" };
    expect((await browser.follow(server, page.url, form)).status).toBe(422);
  });

  it("ends what a sandbox gave out where there is no sandbox any more", async () => {
    const SEGUE_DATA_DIR = mkdtempSync(join(tmpdir(), "segue-abuse-"));
    const sandbox = await startTestServer({ SEGUE_DATA_DIR });
    const browser = new Browser();
    const tokens = await signIn(sandbox, "ada", browser);
    const made = (await call(sandbox, "POST", "/v1/sandbox/users", { json: {} })).body;
    await sandbox.close();
    const server = await start({ SEGUE_DATA_DIR, SEGUE_SANDBOX: "0" });

    for (const access of [tokens.access_token, made.accessToken])
      expect((await call(server, "GET", "/v1/me", { token: access })).body.code).toBe("unauthenticated");
    expect(
      (await call(server, "POST", "/v1/devices/challenges", { token: tokens.access_token })).status,
    ).toBe(401);
    for (const [client_id, refresh_token] of [
      ["segue-web-player", tokens.refresh_token],
      [made.clientId, made.refreshToken],
    ]) {
      const refused = await token(server, { grant_type: "refresh_token", client_id, refresh_token });
      expect(await refused.json()).toMatchObject({ error: "invalid_grant" });
    }
    // The session in the browser is no way in either: it asks who is there.
    const { html } = await openSignIn(server, browser);
    expect(hidden(html, "csrf")).not.toBe("");
  });

  it("gives one of many who use a refresh token at the same time new tokens", async () => {
    const server = await start({});
    const { refresh_token } = await signIn(server);
    const form = { grant_type: "refresh_token", client_id: "segue-web-player", refresh_token };
    const answers = await Promise.all(Array.from({ length: 8 }, () => token(server, form)));
    expect(answers.filter((answer) => answer.ok).length).toBeLessThanOrEqual(1);
    for (const answer of answers)
      if (!answer.ok) expect(await answer.json()).toMatchObject({ error: "invalid_grant" });
  });
});
