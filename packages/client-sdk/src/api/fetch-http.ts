import { SegueError } from "@segue/core";
import type { HttpClient, HttpRequest, HttpResponse } from "../ports/http";
import { readBody } from "./body";

/** An HttpClient over the platform's `fetch`. Sends no cookies and no referrer, and refuses redirects. */
export function fetchHttp(fetchFn: typeof fetch = (input, init) => fetch(input, init)): HttpClient {
  return {
    async send(request) {
      const abort = new AbortController();
      let timedOut = false;
      const timer = setTimeout(() => {
        timedOut = true;
        abort.abort();
      }, request.timeoutMs);
      const onAbort = () => abort.abort();
      request.signal?.addEventListener("abort", onAbort, { once: true });
      if (request.signal?.aborted) abort.abort();
      try {
        return await exchange(fetchFn, request, abort.signal);
      } catch (cause) {
        abort.abort();
        if (request.signal?.aborted) throw new SegueError("aborted", { cause });
        if (timedOut) throw new SegueError("timeout", { detail: pathOf(request.url), cause });
        throw SegueError.is(cause)
          ? cause
          : new SegueError("network", { detail: pathOf(request.url), cause });
      } finally {
        clearTimeout(timer);
        request.signal?.removeEventListener("abort", onAbort);
      }
    },
  };
}

async function exchange(
  fetchFn: typeof fetch,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const init: RequestInit = {
    method: request.method,
    headers: { ...request.headers },
    credentials: "omit",
    referrerPolicy: "no-referrer",
    redirect: "error",
    signal,
  };
  if (request.keepalive) init.keepalive = true;
  if (request.body !== undefined) init.body = request.body as BodyInit;
  const response = await fetchFn(request.url, init);
  const body = await readBody(response, request.maxBytes);
  return { status: response.status, header: (name) => response.headers.get(name), body };
}

/** The URL without its query, which may hold a signature. */
function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? url;
}
