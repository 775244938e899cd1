/** The server behind a reverse proxy that ends https, as docs/guides/run-the-server.md sets one up. */
import { request as ask, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "./harness";
import { REDIRECT_URI } from "./sign-in";

const PUBLIC = "https://music.example";
let server: TestServer;
let proxy: { readonly url: string; readonly stop: () => void };

/** Passes requests on with the headers of the guide; the caller's address is what `x-test-peer` says. */
async function startProxy(target: string) {
  const made = createServer((incoming, outgoing) => {
    const headers = {
      ...incoming.headers,
      host: "music.example",
      // nginx's $remote_addr: what the caller sent under this name does not pass.
      "x-forwarded-for": String(incoming.headers["x-test-peer"] ?? "203.0.113.1"),
      "x-forwarded-proto": "https",
      "x-forwarded-host": "music.example",
    };
    const passed = ask(target + incoming.url, { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(made.address() as AddressInfo).port}`,
    stop: () => {
      made.closeAllConnections();
      made.close();
    },
  };
}

beforeEach(async () => {
  server = await startTestServer({ SEGUE_PUBLIC_URL: PUBLIC, SEGUE_SANDBOX: "0", SEGUE_RATE_LIMIT: "3" });
  proxy = await startProxy(server.url.replace(PUBLIC, `http://127.0.0.1:${portOf(server)}`));
});
afterEach(async () => {
  proxy.stop();
  await server.stop();
});
const portOf = ({ app }: TestServer) => (app.server.address() as AddressInfo).port;
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(proxy.url + path, { headers, redirect: "manual" });

describe("behind a proxy", () => {
  it("the authorization server names itself by the public address, and keeps its cookies to https", async () => {
    const document = (await (await get("/.well-known/openid-configuration")).json()) as Record<
      string,
      string
    >;
    expect(document.issuer).toBe(PUBLIC);
    for (const name of ["authorization_endpoint", "token_endpoint", "jwks_uri"])
      expect(document[name]).toMatch(/^https:\/\/music\.example\/oauth\//);
    const query = new URLSearchParams({
      client_id: "segue-web-player",
      response_type: "code",
      redirect_uri: REDIRECT_URI,
      scope: "openid",
      code_challenge: "a".repeat(43),
      code_challenge_method: "S256",
    });
    const page = await get(`/oauth/authorize?${query}`);
    expect(page.status).toBe(303);
    expect(page.headers.getSetCookie().length).toBeGreaterThan(0);
    for (const cookie of page.headers.getSetCookie()) expect(cookie).toMatch(/; secure/i);
  });

  it("each caller has limits of their own, and no header gives more", async () => {
    const statuses = async (peer: string, more: Record<string, string> = {}) => {
      const all: number[] = [];
      for (let i = 0; i < 4; i++)
        all.push((await get("/v1/capabilities", { "x-test-peer": peer, ...more })).status);
      return all;
    };
    expect(await statuses("203.0.113.1")).toEqual([200, 200, 200, 429]);
    expect(await statuses("203.0.113.2")).toEqual([200, 200, 200, 429]);
    // An address that the caller makes up stands before the one that the proxy saw.
    expect(await statuses("198.51.100.7, 203.0.113.2")).toEqual([429, 429, 429, 429]);
  });

  it("nobody reads the metrics without a token", async () => {
    expect((await get("/metrics")).status).toBe(403);
  });
});
