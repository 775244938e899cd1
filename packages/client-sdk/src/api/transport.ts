import { decideRecovery, SegueError } from "@segue/core";
import { type Clock, sleep } from "../ports/clock";
import type { HttpClient, HttpRequest, HttpResponse } from "../ports/http";
import { parseJson } from "./json";
import { errorFromResponse } from "./problem";
import { createRateBudget } from "./rate-budget";

/** Gives access tokens to requests. */
export interface TokenSource {
  /** A token that works now as far as is known; null when nobody is signed in. */
  token(): Promise<string | null>;
  /** A token to use instead of `refused`; null when there is none. One refresh serves all concurrent callers. */
  refresh(refused: string): Promise<string | null>;
}

export interface Call {
  readonly method: HttpRequest["method"];
  /** Path below the server's origin, with its query. */
  readonly path: string;
  readonly json?: unknown;
  /** `required` fails with `not_signed_in` when nobody is signed in. Default `required`. */
  readonly token?: "required" | "optional" | "none";
  /** Whether the request may be repeated when its outcome is unknown. Default: all but POST. */
  readonly idempotent?: boolean;
  /** Most attempts. Default: as many as `decideRecovery` allows. */
  readonly attempts?: number;
  /** Whether the request must outlive the page. */
  readonly keepalive?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Carries calls to the server and back. Rejects with SegueErrors only. */
export interface Transport {
  /** The answer's JSON, or null for an empty body. */
  call(call: Call): Promise<unknown>;
}

export interface TransportOptions {
  readonly origin: string;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly tokens: TokenSource;
  readonly random: () => number;
}

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** A transport with token injection, one refresh per expired token, retries and a rate budget. */
export function createTransport({ origin, http, clock, tokens, random }: TransportOptions): Transport {
  const budget = createRateBudget();

  async function once(call: Call, token: string | null): Promise<HttpResponse> {
    await sleep(clock, budget.delayMs(clock.wallMs()), call.signal);
    const response = await http.send({
      method: call.method,
      url: origin + call.path,
      headers: headersOf(call, token),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      ...(call.json === undefined ? {} : { body: JSON.stringify(call.json) }),
      ...(call.signal ? { signal: call.signal } : {}),
      ...(call.keepalive ? { keepalive: true } : {}),
    });
    budget.note((name) => response.header(name), clock.wallMs());
    if (response.status >= 400) throw errorFromResponse(response, clock.wallMs());
    return response;
  }

  async function withToken(call: Call): Promise<HttpResponse> {
    const token = call.token === "none" ? null : await tokens.token();
    if (token === null && (call.token ?? "required") === "required") throw new SegueError("not_signed_in");
    try {
      return await once(call, token);
    } catch (error) {
      if (token === null || !SegueError.is(error) || error.code !== "token_expired") throw error;
      const fresh = await tokens.refresh(token);
      if (fresh === null) throw new SegueError("unauthenticated", { cause: error });
      return once(call, fresh);
    }
  }

  return {
    async call(call) {
      for (let attempt = 1; ; attempt++) {
        try {
          const response = await withToken(call);
          return response.body.length === 0 ? null : parseJson(response.body, call.path.split("?", 1)[0]!);
        } catch (cause) {
          if (call.signal?.aborted) throw new SegueError("aborted", { cause });
          const error = SegueError.from(cause, "protocol");
          if (attempt >= (call.attempts ?? Number.POSITIVE_INFINITY)) throw error;
          const recovery = decideRecovery("call", {
            code: error.code,
            failures: attempt,
            random: random(),
            retryAfterMs: error.retryAfterMs,
            repeatable: call.idempotent ?? call.method !== "POST",
          });
          if (recovery.kind !== "retry") throw error;
          await sleep(clock, recovery.afterMs, call.signal).catch(() => {
            throw new SegueError("aborted");
          });
        }
      }
    },
  };
}

function headersOf(call: Call, token: string | null): Record<string, string> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (call.json !== undefined) headers["content-type"] = "application/json";
  if (token !== null) headers.authorization = `Bearer ${token}`;
  return headers;
}
