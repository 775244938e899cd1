import { SegueError } from "@segue/core";
import { systemClock } from "../ports/clock";
import type { HttpClient, HttpRequest, HttpResponse } from "../ports/http";

/** What a handler answers. An object becomes JSON. */
export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | object;
}

/** Answers one request, or throws a SegueError such as `network`. */
export type FakeHandler = (
  request: HttpRequest & { readonly parsed: URL },
) => FakeAnswer | Promise<FakeAnswer>;

/** An HttpClient whose server is a function. Keeps every promise of the port. */
export function memoryHttp(handler: FakeHandler): HttpClient & { readonly requests: HttpRequest[] } {
  const requests: HttpRequest[] = [];
  return {
    requests,
    async send(request) {
      if (request.signal?.aborted) throw new SegueError("aborted");
      requests.push(request);
      const answer = await Promise.race([
        handler({ ...request, parsed: new URL(request.url) }),
        stopped(request),
      ]);
      if (answer.status !== undefined && answer.status >= 300 && answer.status < 400)
        throw new SegueError("network", { detail: "redirects are not followed" });
      return responseOf(answer, request.maxBytes);
    },
  };
}

function stopped({ signal, timeoutMs }: HttpRequest): Promise<never> {
  return new Promise((_, reject) => {
    systemClock.after(timeoutMs, () => reject(new SegueError("timeout")), { background: true });
    signal?.addEventListener("abort", () => reject(new SegueError("aborted")), { once: true });
  });
}

function responseOf({ status = 200, headers = {}, body = "" }: FakeAnswer, maxBytes: number): HttpResponse {
  const json = typeof body === "object" && !(body instanceof Uint8Array);
  const bytes =
    body instanceof Uint8Array ? body : new TextEncoder().encode(json ? JSON.stringify(body) : String(body));
  if (bytes.length > maxBytes) throw new SegueError("protocol", { detail: "the answer is too long" });
  const all = new Headers({ ...(json ? { "content-type": "application/json" } : {}), ...headers });
  return { status, header: (name) => all.get(name), body: bytes };
}
