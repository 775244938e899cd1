/** What every implementation of the HttpClient port must do. */
import { SegueError } from "@segue/core";
import type { HttpClient } from "../ports/http";
import type { SuiteTools } from "./suite-tools";

/**
 * @param origin Of a server with GET /echo (answers 200 with header `x-echo: yes` and body `hello`), /big (1 MiB),
 * /slow (no answer for 10 s), /moved (302 to /echo) and POST /echo (answers 418 with the request's body)
 */
export function httpClientSuite(
  { describe, test, equal }: SuiteTools,
  client: () => HttpClient,
  origin: () => string,
): void {
  const codeOf = async (promise: Promise<unknown>) => {
    try {
      await promise;
      return "resolved";
    } catch (error) {
      return SegueError.is(error) ? error.code : `not a SegueError: ${error}`;
    }
  };
  const limits = { timeoutMs: 5_000, maxBytes: 64 * 1024 };
  const get = (path: string, more: { signal?: AbortSignal; timeoutMs?: number } = {}) =>
    client().send({ method: "GET", url: origin() + path, ...limits, ...more });

  describe("an http client", () => {
    test("gives status, headers and body, whatever the status", async () => {
      const ok = await get("/echo");
      equal([ok.status, ok.header("X-Echo"), ok.header("x-none")], [200, "yes", null]);
      equal(new TextDecoder().decode(ok.body), "hello");
      const teapot = await client().send({ method: "POST", url: `${origin()}/echo`, body: "tea", ...limits });
      equal([teapot.status, new TextDecoder().decode(teapot.body)], [418, "tea"]);
    });

    test("refuses a body that is longer than allowed", async () => {
      equal(await codeOf(get("/big")), "protocol");
    });

    test("does not follow a redirect", async () => {
      equal(await codeOf(get("/moved")), "network");
    });

    test("gives up in time and when asked to", async () => {
      equal(await codeOf(get("/slow", { timeoutMs: 50 })), "timeout");
      const abort = new AbortController();
      const pending = codeOf(get("/slow", { signal: abort.signal }));
      setTimeout(() => abort.abort(), 20);
      equal(await pending, "aborted");
      equal(await codeOf(get("/echo", { signal: AbortSignal.abort() })), "aborted");
    });

    test("says network when nobody answers", async () => {
      equal(await codeOf(client().send({ method: "GET", url: "http://127.0.0.1:1/", ...limits })), "network");
    });
  });
}
