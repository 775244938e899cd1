import { mkdtempSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DatabaseError } from "../src/adapters/sql/errors";
import type { StoreChange } from "../src/server";
import { call, startTestServer, type TestServer } from "./harness";
import { signIn } from "./sign-in";

let server: TestServer;
let token: string;
beforeAll(async () => {
  const webDir = mkdtempSync(join(tmpdir(), "segue-web-"));
  writeFileSync(join(webDir, "index.html"), "<!doctype html><title>player</title>");
  writeFileSync(join(webDir, "worker.js"), "//");
  server = await startTestServer({ SEGUE_WEB_DIR: webDir });
  token = (await signIn(server)).access_token;
});
afterAll(() => server.stop());

describe("failures", () => {
  it("are problems with a code, a remedy and a support id", async () => {
    const { status, headers, body } = await call(server, "GET", "/v1/nope");
    expect(status).toBe(404);
    expect(headers.get("content-type")).toContain("application/problem+json");
    expect(body).toMatchObject({ code: "not_found", status: 404, supportId: headers.get("x-request-id") });
    expect(body.remedy).toBeTruthy();
  });

  it.each([
    ["malformed JSON", "{", "application/json", "malformed_body"],
    ["no JSON at all", "", "application/json", "malformed_body"],
    ["another type", "<a/>", "text/xml", "unsupported_media_type"],
    ["a large body", JSON.stringify({ name: "x".repeat(70_000) }), "application/json", "body_too_large"],
    ["a poisoned object", '{"__proto__":{"a":1}}', "application/json", "malformed_body"],
  ])("%s", async (_name, raw, type, code) => {
    const { body } = await call(server, "POST", "/v1/devices", {
      token,
      raw,
      headers: { "content-type": type },
    });
    expect(body.code).toBe(code);
    expect((await call(server, "GET", "/v1/me", { token })).status).toBe(200);
  });

  it("tell a wrong method from a wrong path", async () => {
    const { status, headers } = await call(server, "DELETE", "/v1/me", { token });
    expect(status).toBe(405);
    expect(headers.get("allow")).toContain("GET");
  });

  it("hide what went wrong inside", async () => {
    const addChallenge = async () => {
      throw new Error("SQLITE_ERROR: no such table: device_challenges");
    };
    const stores: StoreChange = ({ devices }) => ({ devices: { ...devices, addChallenge } });
    const broken = await startTestServer({}, { stores });
    const access = (await signIn(broken)).access_token;
    const { status, body } = await call(broken, "POST", "/v1/devices/challenges", { token: access });
    expect(status).toBe(500);
    expect(body.code).toBe("internal");
    expect(JSON.stringify(body)).not.toMatch(/device_challenges|sqlite/i);
    await broken.stop();
  });

  it("say when to come back where the database is busy", async () => {
    const busy = async (): Promise<never> => {
      throw new DatabaseError("busy", "database is locked");
    };
    const broken = await startTestServer({}, { stores: () => ({ images: { find: busy } }) });
    const { status, headers, body } = await call(broken, "GET", `/v1/images/${"0".repeat(64)}`);
    expect(status).toBe(503);
    expect(headers.get("retry-after")).toBe("1");
    expect(body).toMatchObject({ code: "unavailable", retryable: true, retryAfterMs: 1_000 });
    expect(JSON.stringify(body)).not.toContain("locked");
    await broken.stop();
  });

  it("survive bytes that are no HTTP", async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(server.url).port), "127.0.0.1", () =>
        socket.write("\0\x01garbage\r\n\r\n"),
      );
      socket.on("close", () => resolve()).on("error", () => {});
      socket.resume();
    });
    expect((await call(server, "GET", "/livez")).status).toBe(200);
  });
});

describe("limits", () => {
  it("say how much is left and refuse with Retry-After", async () => {
    const small = await startTestServer({ SEGUE_RATE_LIMIT: "3" });
    const answers = [];
    for (let n = 0; n < 4; n++) answers.push(await call(small, "GET", "/v1/capabilities"));
    expect(answers[0]!.headers.get("ratelimit-limit")).toBe("3");
    expect(answers[2]!.headers.get("ratelimit-remaining")).toBe("0");
    expect(answers[3]!.body).toMatchObject({ code: "rate_limited", retryable: true });
    expect(Number(answers[3]!.headers.get("retry-after"))).toBeGreaterThan(0);
    await small.stop();
  });

  it("are told on every answer", async () => {
    for (const path of ["/v1/me", "/v1/nope", "/livez"])
      expect((await call(server, "GET", path)).headers.get("ratelimit-limit")).toBe("1200");
  });
});

describe("names", () => {
  const as = (host: string, more: Record<string, string> = {}) =>
    new Promise<{ status: number; location: string | undefined }>((resolve, reject) => {
      const options = { headers: { host, ...more } };
      get(`${server.url}/`, options, (response) => {
        response.resume();
        resolve({ status: response.statusCode!, location: response.headers.location });
      }).on("error", reject);
    });

  it("of other places are refused", async () => {
    expect((await as("evil.example")).status).toBe(403);
    expect((await as("127.0.0.1")).status).toBe(200);
  });

  it("of this machine lead to the one under which sign-in works", async () => {
    const { port } = new URL(server.url);
    const { status, location } = await as(`localhost:${port}`, { "sec-fetch-mode": "navigate" });
    expect(status).toBe(307);
    expect(location).toBe(`${server.url}/`);
  });
});

describe("operation", () => {
  it("is alive, ready and counted", async () => {
    expect((await call(server, "GET", "/livez")).body).toEqual({ status: "ok" });
    expect((await call(server, "GET", "/readyz")).body).toEqual({ status: "ok" });
    expect((await call(server, "GET", "/metrics")).body).toContain(
      "segue_http_request_duration_seconds_count",
    );
  });

  it("shows figures to this machine, to nobody behind a proxy, and to whom has the token", async () => {
    const metrics = (at: TestServer, headers: Record<string, string> = {}) =>
      call(at, "GET", "/metrics", { headers });
    for (const name of ["x-forwarded-for", "forwarded", "via", "x-real-ip"]) {
      const { status, body } = await metrics(server, { [name]: "203.0.113.9" });
      expect([name, status, body.code]).toEqual([name, 403, "forbidden"]);
    }
    const secret = "0123456789abcdef-metrics";
    const guarded = await startTestServer({ SEGUE_METRICS_TOKEN: secret });
    try {
      const refused = await metrics(guarded);
      expect([refused.status, refused.body.code]).toEqual([401, "unauthenticated"]);
      expect((await metrics(guarded, { authorization: `Bearer ${secret}x` })).status).toBe(401);
      const shown = await metrics(guarded, { authorization: `Bearer ${secret}`, via: "1.1 proxy" });
      expect(shown.status).toBe(200);
      expect(shown.body).not.toContain(secret);
    } finally {
      await guarded.stop();
    }
  });

  it("shows the reference without anything from elsewhere", async () => {
    const { status, body } = await call(server, "GET", "/docs");
    expect(status).toBe(200);
    expect(body).toContain("/v1/playback/grants");
    expect(body).not.toMatch(/<script|(src|href)="http/);
    expect((await call(server, "GET", "/openapi.json")).body.openapi).toMatch(/^3\.1/);
  });

  it("answers a preflight once a day", async () => {
    const headers = { origin: "https://app.example", "access-control-request-method": "POST" };
    const answer = await fetch(`${server.url}/v1/devices`, { method: "OPTIONS", headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-max-age")).toBe("86400");
    expect(answer.headers.get("access-control-allow-headers")).toContain("Authorization");
  });
});

describe("the web player", () => {
  it("is an isolated page under a policy", async () => {
    const { headers, body } = await call(server, "GET", "/");
    expect(body).toContain("player");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect(headers.get("content-security-policy")).toContain("default-src 'self'");
    expect((await call(server, "GET", "/worker.js")).headers.get("cross-origin-embedder-policy")).toBe(
      "require-corp",
    );
  });

  it("is not isolated when asked", async () => {
    const { headers } = await call(server, "GET", "/?isolation=off");
    expect(headers.get("cross-origin-embedder-policy")).toBeNull();
    expect(headers.get("cross-origin-opener-policy")).toBeNull();
    expect(headers.get("content-security-policy")).toBeTruthy();
  });

  it("answers the paths that it routes by itself, and no files that are missing", async () => {
    const accept = { accept: "text/html" };
    expect((await call(server, "GET", "/album/x", { headers: accept })).body).toContain("player");
    expect((await call(server, "GET", "/missing.js", { headers: accept })).status).toBe(404);
    expect((await call(server, "GET", "/..%2f..%2fetc/passwd")).status).toBeGreaterThanOrEqual(400);
  });
});
