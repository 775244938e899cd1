import { SegueError } from "@segue/core";
import { describe, expect, test } from "vitest";
import { readRateLimit } from "../src/api/rate-budget";
import { retryAfterMs } from "../src/api/retry-after";
import { createTransport, type TokenSource } from "../src/api/transport";
import { manualClock } from "../src/testing/manual-clock";
import { type FakeHandler, memoryHttp } from "../src/testing/memory-http";

const tokens: TokenSource = { token: async () => "token-1", refresh: async () => "token-2" };
const problem = (status: number, body: object, headers: Record<string, string> = {}) => ({
  status,
  headers: { "content-type": "application/problem+json", ...headers },
  body: JSON.stringify(body),
});

function transportOver(handler: FakeHandler, source: TokenSource = tokens) {
  const clock = manualClock();
  const http = memoryHttp(handler);
  const transport = createTransport({ origin: "http://s", http, clock, tokens: source, random: () => 0.5 });
  /** Lets timers run until the call has ended. */
  async function call(options: Parameters<typeof transport.call>[0]): Promise<unknown> {
    let done = false;
    const result = transport.call(options).finally(() => {
      done = true;
    });
    result.catch(() => undefined);
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(100);
    }
    return result;
  }
  return { call, http, clock };
}
const get = { method: "GET", path: "/v1/x" } as const;

describe("a call", () => {
  test("carries the token and gives the JSON", async () => {
    const { call, http } = transportOver(() => ({ body: { ok: 1 } }));
    expect(await call(get)).toEqual({ ok: 1 });
    expect(http.requests[0]?.headers).toMatchObject({ authorization: "Bearer token-1" });
  });

  test("without a sign-in fails before anything is sent", async () => {
    const { call, http } = transportOver(() => ({}), { token: async () => null, refresh: async () => null });
    await expect(call(get)).rejects.toMatchObject({ code: "not_signed_in" });
    expect(http.requests).toHaveLength(0);
  });

  test("refreshes an expired token once and repeats", async () => {
    const { call, http } = transportOver(({ headers }) =>
      headers?.authorization === "Bearer token-2"
        ? { body: { ok: 2 } }
        : problem(401, { code: "token_expired" }),
    );
    expect(await call(get)).toEqual({ ok: 2 });
    expect(http.requests).toHaveLength(2);
  });

  test("does not loop when the fresh token is refused too", async () => {
    const { call, http } = transportOver(() => problem(401, { code: "token_expired" }));
    await expect(call(get)).rejects.toMatchObject({ code: "token_expired" });
    expect(http.requests).toHaveLength(2);
  });

  test("repeats a retryable failure at most three times", async () => {
    const { call, http } = transportOver(() => problem(500, { code: "internal", supportId: "s-1" }));
    await expect(call(get)).rejects.toMatchObject({ code: "internal", supportId: "s-1" });
    expect(http.requests).toHaveLength(4);
  });

  test("does not repeat a POST whose outcome is unknown, but repeats one that was turned away", async () => {
    const lost = transportOver(() => {
      throw new SegueError("network");
    });
    await expect(lost.call({ ...get, method: "POST" })).rejects.toMatchObject({ code: "network" });
    expect(lost.http.requests).toHaveLength(1);
    let answers = 0;
    const busy = transportOver(() =>
      answers++ === 0 ? problem(503, {}, { "retry-after": "1" }) : { body: {} },
    );
    expect(await busy.call({ ...get, method: "POST" })).toEqual({});
  });

  test("waits for Retry-After", async () => {
    let answers = 0;
    const { call, clock } = transportOver(() =>
      answers++ === 0 ? problem(429, { code: "rate_limited" }, { "retry-after": "7" }) : { body: {} },
    );
    const before = clock.monotonicMs();
    await call(get);
    expect(clock.monotonicMs() - before).toBeGreaterThanOrEqual(7_000);
  });

  test("holds the next request back when the budget is used up", async () => {
    const { call, clock } = transportOver(() => ({ headers: { ratelimit: '"default";r=0;t=5' }, body: {} }));
    await call(get);
    const before = clock.monotonicMs();
    await call(get);
    expect(clock.monotonicMs() - before).toBeGreaterThanOrEqual(5_000 - 200);
  });

  test.each([
    ["no JSON", "<html>"],
    ["a bomb of brackets", "[".repeat(5_000) + "]".repeat(5_000)],
    ["broken UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
    ["too much", new Uint8Array(5 * 1024 * 1024)],
  ])("turns an answer of %s into protocol", async (_name, body) => {
    const { call } = transportOver(() => ({ body }));
    await expect(call(get)).rejects.toMatchObject({ code: "protocol" });
  });

  test("turns a failure without problem details into a code of the table", async () => {
    const { call } = transportOver(() => ({ status: 404, body: "nothing" }));
    await expect(call(get)).rejects.toMatchObject({ code: "not_found" });
  });

  test("stops waiting when aborted", async () => {
    const abort = new AbortController();
    const { call } = transportOver(() => {
      setImmediate(() => abort.abort());
      return problem(503, {}, { "retry-after": "20" });
    });
    await expect(call({ ...get, signal: abort.signal })).rejects.toMatchObject({ code: "aborted" });
  });
});

test("Retry-After is seconds or a date", () => {
  expect(retryAfterMs("3", 0)).toBe(3_000);
  expect(retryAfterMs(new Date(5_000).toUTCString(), 1_000)).toBe(4_000);
  expect(retryAfterMs("soon", 0)).toBeUndefined();
});

test("every form of the RateLimit headers is read", () => {
  const from = (headers: Record<string, string>) => readRateLimit((name) => headers[name] ?? null);
  expect(from({ ratelimit: '"a";r=3;t=9' })).toEqual({ remaining: 3, resetSeconds: 9 });
  expect(from({ ratelimit: "limit=10, remaining=0, reset=4" })).toEqual({ remaining: 0, resetSeconds: 4 });
  expect(from({ "ratelimit-remaining": "1", "ratelimit-reset": "2" })).toEqual({
    remaining: 1,
    resetSeconds: 2,
  });
  expect(from({})).toEqual({ remaining: null, resetSeconds: null });
});
