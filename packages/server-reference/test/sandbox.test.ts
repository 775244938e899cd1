import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { insertCatalog } from "./catalog-fixture";
import { call, startTestServer, type TestServer } from "./harness";
import { token } from "./sign-in";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ SEGUE_RATE_LIMIT: "0" });
  await insertCatalog(server.context, 2);
});
afterAll(() => server.stop());
beforeEach(async () => {
  await post("/v1/sandbox/reset");
});

const post = (path: string, json: unknown = {}, template?: string) =>
  call(server, "POST", path, { json, ...(template ? { template } : {}) });
const clock = async () => (await call(server, "GET", "/v1/sandbox/clock")).body;
const makeUser = async (wishes: unknown = {}) => (await post("/v1/sandbox/users", wishes)).body;
const fault = (rule: unknown) => post("/v1/sandbox/faults", rule);
const me = (accessToken: string) => call(server, "GET", "/v1/me", { token: accessToken });
const challenge = (accessToken: string) =>
  call(server, "POST", "/v1/devices/challenges", { token: accessToken });

describe("presence", () => {
  it("has no path under /v1/sandbox outside a sandbox", async () => {
    const plain = await startTestServer({ SEGUE_SANDBOX: "0" });
    try {
      expect((await call(plain, "GET", "/v1/capabilities")).body.sandbox).toBe(false);
      for (const [method, path] of [
        ["GET", "/v1/sandbox/clock"],
        ["PUT", "/v1/sandbox/clock"],
        ["POST", "/v1/sandbox/clock/advance"],
        ["GET", "/v1/sandbox/faults"],
        ["POST", "/v1/sandbox/faults"],
        ["DELETE", "/v1/sandbox/faults"],
        ["POST", "/v1/sandbox/users"],
        ["POST", "/v1/sandbox/reset"],
      ] as const) {
        const answer = await call(plain, method, path, {
          ...(method === "GET" || method === "DELETE"
            ? {}
            : { json: { ms: 1, nowMs: 1, effect: { kind: "drop" } } }),
        });
        expect([path, answer.status, answer.body.code]).toEqual([path, 404, "not_found"]);
      }
      expect(plain.sandbox).toBeNull();
    } finally {
      await plain.stop();
    }
  });

  it("refuses pages from elsewhere", async () => {
    const from = (origin: string) => call(server, "GET", "/v1/sandbox/clock", { headers: { origin } });
    expect((await from("https://elsewhere.example")).body.code).toBe("forbidden");
    expect((await from("null")).body.code).toBe("forbidden");
    expect((await from("http://localhost:5173")).status).toBe(200);
    expect((await from(server.url)).status).toBe(200);
  });
});

describe("clock", () => {
  it("moves tokens to their end, and refresh tokens with them", async () => {
    const user = await makeUser();
    expect((await me(user.accessToken)).status).toBe(200);
    await post("/v1/sandbox/clock/advance", { ms: user.expiresIn * 1000 });
    expect((await me(user.accessToken)).body.code).toBe("token_expired");
    const refreshed = await token(server, {
      grant_type: "refresh_token",
      client_id: user.clientId,
      refresh_token: user.refreshToken,
    });
    expect(refreshed.status).toBe(200);
    expect((await me(((await refreshed.json()) as { access_token: string }).access_token)).status).toBe(200);
    await post("/v1/sandbox/clock/advance", { ms: 91 * 86_400_000 });
    const late = await token(server, {
      grant_type: "refresh_token",
      client_id: user.clientId,
      refresh_token: user.refreshToken,
    });
    expect(await late.json()).toMatchObject({ error: "invalid_grant" });
  });

  it("stands still when it is told to", async () => {
    const nowMs = Date.UTC(2031, 4, 6);
    const set = await call(server, "PUT", "/v1/sandbox/clock", { json: { nowMs, running: false } });
    expect(set.body).toMatchObject({ nowMs, running: false });
    expect((await clock()).nowMs).toBe(nowMs);
    await post("/v1/sandbox/clock/advance", { ms: 1 });
    expect((await clock()).nowMs).toBe(nowMs + 1);
  });

  it.each([{ nowMs: -1 }, { nowMs: 5e12 }, { nowMs: "now" }, {}, { nowMs: 1, other: 2 }])(
    "refuses %j",
    async (json) => {
      expect((await call(server, "PUT", "/v1/sandbox/clock", { json })).body.code).toBe("invalid_request");
    },
  );

  it("refuses to leave its range", async () => {
    expect((await post("/v1/sandbox/clock/advance", { ms: 1e15 })).body.code).toBe("invalid_request");
    expect((await post("/v1/sandbox/clock/advance", { ms: -1e15 })).body.code).toBe("invalid_request");
  });

  it("keeps its setting across a restart, unlike faults", async () => {
    const SEGUE_DATA_DIR = mkdtempSync(join(tmpdir(), "segue-sandbox-"));
    const first = await startTestServer({ SEGUE_DATA_DIR });
    const nowMs = Date.UTC(2040, 0, 1);
    await call(first, "PUT", "/v1/sandbox/clock", { json: { nowMs, running: false } });
    await call(first, "POST", "/v1/sandbox/faults", { json: { effect: { kind: "drop" } } });
    await first.close();
    const second = await startTestServer({ SEGUE_DATA_DIR });
    expect((await call(second, "GET", "/v1/sandbox/clock")).body.nowMs).toBe(nowMs);
    expect((await call(second, "GET", "/v1/sandbox/faults")).body.items).toEqual([]);
    await second.stop();
  });
});

describe("faults", () => {
  it("fail with a status, only for whom, where and as often as they say", async () => {
    const [ada, bob] = [await makeUser(), await makeUser()];
    await fault({
      effect: { kind: "status", status: 503 },
      userId: ada.user.id,
      operation: "getMe",
      count: 2,
    });
    expect((await me(bob.accessToken)).status).toBe(200);
    expect((await challenge(ada.accessToken)).status).toBe(201);
    for (let i = 0; i < 2; i++) {
      const failed = await me(ada.accessToken);
      expect(failed.body).toMatchObject({ status: 503, code: "unavailable" });
      expect(failed.headers.get("retry-after")).toBe("1");
    }
    expect((await me(ada.accessToken)).status).toBe(200);
    expect((await call(server, "GET", "/v1/sandbox/faults")).body.items).toEqual([]);
  });

  it("let the requests pass that come before them", async () => {
    const user = await makeUser();
    await fault({
      effect: { kind: "status", status: 429, retryAfterMs: 3000 },
      userId: user.user.id,
      skip: 1,
    });
    expect((await me(user.accessToken)).status).toBe(200);
    const limited = await me(user.accessToken);
    expect(limited.body).toMatchObject({ code: "rate_limited", retryAfterMs: 3000 });
    expect(limited.headers.get("retry-after")).toBe("3");
  });

  it("answer as a proxy where the error table has no row", async () => {
    const user = await makeUser();
    await fault({ effect: { kind: "status", status: 502 }, userId: user.user.id });
    const response = await fetch(`${server.url}/v1/me`, {
      headers: { authorization: `Bearer ${user.accessToken}` },
    });
    expect([response.status, response.headers.get("content-type")]).toEqual([
      502,
      "text/plain; charset=utf-8",
    ]);
  });

  it("end after their duration in real time, wherever the test clock stands", async () => {
    const user = await makeUser();
    await call(server, "PUT", "/v1/sandbox/clock", { json: { nowMs: Date.now(), running: false } });
    await fault({ effect: { kind: "status", status: 500 }, userId: user.user.id, durationMs: 1500 });
    expect((await me(user.accessToken)).status).toBe(500);
    await post("/v1/sandbox/clock/advance", { ms: 10_000 });
    expect((await me(user.accessToken)).status).toBe(500);
    await expect.poll(async () => (await me(user.accessToken)).status, { timeout: 10_000 }).toBe(200);
  });

  it("delay answers", async () => {
    const user = await makeUser();
    await fault({ effect: { kind: "latency", latencyMs: 400 }, userId: user.user.id, count: 1 });
    const started = performance.now();
    expect((await me(user.accessToken)).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(390);
  });

  it("cut a connection without an answer", async () => {
    const user = await makeUser();
    await fault({ effect: { kind: "drop" }, userId: user.user.id, count: 1 });
    await expect(me(user.accessToken)).rejects.toThrow("fetch failed");
    expect((await me(user.accessToken)).status).toBe(200);
  });

  it("cut a body under an unchanged head", async () => {
    const user = await makeUser();
    const whole = JSON.stringify((await me(user.accessToken)).body);
    await fault({ effect: { kind: "truncate", afterBytes: 10 }, userId: user.user.id, count: 1 });
    const response = await fetch(`${server.url}/v1/me`, {
      headers: { authorization: `Bearer ${user.accessToken}` },
    });
    expect(response.headers.get("content-length")).toBe(String(whole.length));
    const got: Uint8Array[] = [];
    await expect(
      (async () => {
        for await (const chunk of response.body!) got.push(chunk);
      })(),
    ).rejects.toThrow();
    expect(Buffer.concat(got).length).toBeLessThanOrEqual(10);
    expect((await me(user.accessToken)).status).toBe(200);
  });

  it("fill the storage of one device", async () => {
    const user = await makeUser();
    await fault({ effect: { kind: "storage_full" }, userId: user.user.id, area: "devices" });
    const full = await challenge(user.accessToken);
    expect([full.body.code, full.headers.get("retry-after")]).toEqual(["unavailable", "5"]);
    expect((await me(user.accessToken)).status).toBe(200);
    expect(() =>
      server.context.faults.storage({ userId: user.user.id, deviceId: null }, "events"),
    ).not.toThrow();
    const rows = await server.context.db
      .selectFrom("device_challenges")
      .select("challenge")
      .where("user_id", "=", user.user.id)
      .execute();
    expect(rows).toEqual([]);
  });

  it("reach open sockets, and sockets that open while they are on", async () => {
    const user = await makeUser();
    const subject = { userId: user.user.id as string, deviceId: null };
    const dropped: string[] = [];
    const unwatch = server.context.faults.watchSocket(subject, () => dropped.push("first"));
    server.context.faults.watchSocket({ userId: "usr_other", deviceId: null }, () => dropped.push("other"));
    await fault({ effect: { kind: "drop" }, userId: user.user.id, area: "connect", count: 2 });
    expect(dropped).toEqual(["first"]);
    unwatch();
    server.context.faults.watchSocket(subject, () => dropped.push("second"))();
    server.context.faults.watchSocket(subject, () => dropped.push("third"))();
    expect(dropped).toEqual(["first", "second"]);
    await fault({
      effect: { kind: "latency", latencyMs: 70 },
      userId: user.user.id,
      area: "connect",
      count: 1,
    });
    expect(server.context.faults.frameDelayMs({ ...subject, userId: "usr_other" })).toBe(0);
    expect(server.context.faults.frameDelayMs(subject)).toBe(70);
    expect(server.context.faults.frameDelayMs(subject)).toBe(0);
  });

  it("are listed, and cleared one by one or all together", async () => {
    const first = (await fault({ effect: { kind: "drop" }, area: "events" })).body;
    await fault({ effect: { kind: "drop" }, area: "connect" });
    const remove = () =>
      call(server, "DELETE", `/v1/sandbox/faults/${first.id}`, { template: "/v1/sandbox/faults/{faultId}" });
    expect((await remove()).status).toBe(204);
    expect((await remove()).status).toBe(404);
    expect((await call(server, "GET", "/v1/sandbox/faults")).body.items).toHaveLength(1);
    expect((await call(server, "DELETE", "/v1/sandbox/faults")).status).toBe(204);
    expect((await call(server, "GET", "/v1/sandbox/faults")).body.items).toEqual([]);
  });

  it("never reach the sandbox's own calls", async () => {
    await fault({ effect: { kind: "drop" } });
    expect((await call(server, "DELETE", "/v1/sandbox/faults")).status).toBe(204);
  });

  it.each([
    {},
    { effect: { kind: "status", status: 299 } },
    { effect: { kind: "status", status: 418 } },
    { effect: { kind: "latency", latencyMs: 0 } },
    { effect: { kind: "drop" }, operation: "nothingSuch" },
    { effect: { kind: "drop" }, userId: "usr_1" },
    { effect: { kind: "drop" }, count: 0 },
    { effect: { kind: "storage_full" }, operation: "getMe" },
  ])("are refused when they make no sense: %j", async (rule) => {
    expect((await fault(rule)).body.code).toBe("invalid_request");
  });

  it("are at most a hundred", async () => {
    for (let i = 0; i < 100; i++) await fault({ effect: { kind: "drop" }, area: "events" });
    expect((await fault({ effect: { kind: "drop" }, area: "events" })).body.code).toBe("invalid_request");
  });
});

describe("listeners", () => {
  it("are what was asked for", async () => {
    const { user, accessToken } = await makeUser({
      name: "Eve",
      plan: "free",
      market: "DE",
      explicitFilter: true,
    });
    expect((await me(accessToken)).body).toEqual({ ...user });
    expect(user).toMatchObject({ name: "Eve", plan: "free", market: "DE", explicitFilter: true });
  });

  it("lose their tokens when they are removed", async () => {
    const [one, two] = [await makeUser(), await makeUser()];
    const path = `/v1/sandbox/users/${one.user.id}`;
    expect((await call(server, "DELETE", path, { template: "/v1/sandbox/users/{userId}" })).status).toBe(204);
    expect((await me(one.accessToken)).body.code).toBe("unauthenticated");
    expect((await me(two.accessToken)).status).toBe(200);
    await post("/v1/sandbox/reset");
    expect((await me(two.accessToken)).body.code).toBe("unauthenticated");
  });

  it("are never those whom the sandbox did not make", async () => {
    const ada = await server.context.db
      .selectFrom("users")
      .select("id")
      .where("login", "=", "ada")
      .executeTakeFirstOrThrow();
    const answer = await call(server, "DELETE", `/v1/sandbox/users/${ada.id}`, {
      template: "/v1/sandbox/users/{userId}",
    });
    expect(answer.status).toBe(404);
  });

  it.each([
    { plan: "gold" },
    { market: "se" },
    { name: " " },
    { name: randomBytes(60).toString("hex") },
    { id: "x" },
  ])("are refused as %j", async (wishes) => {
    expect((await post("/v1/sandbox/users", wishes)).body.code).toBe("invalid_request");
  });
});
