/** Every failure leaves as problem details (RFC 9457). */
import { ERROR_TABLE, type ErrorCode, type Problem, SegueError } from "@segue/core";
import "@fastify/rate-limit";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const BY_FASTIFY_CODE: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: "malformed_body",
  FST_ERR_CTP_EMPTY_JSON_BODY: "malformed_body",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "malformed_body",
  FST_ERR_CTP_BODY_TOO_LARGE: "body_too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported_media_type",
};

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  404: "not_found",
  405: "method_not_allowed",
  413: "body_too_large",
  415: "unsupported_media_type",
  429: "rate_limited",
  503: "unavailable",
};

/** An error of another area that knows what it is to a client. */
interface Translatable {
  toSegueError(): SegueError;
}

const isTranslatable = (error: unknown): error is Translatable =>
  error instanceof Error && "toSegueError" in error && typeof error.toSegueError === "function";

/** The error of the table that `error` means; `internal` when nothing else fits. */
export function toSegueError(error: unknown): SegueError {
  if (isTranslatable(error)) return error.toSegueError();
  if (SegueError.is(error))
    return error.scope === "wire" ? error : new SegueError("internal", { cause: error });
  const { code, statusCode } = (error ?? {}) as Partial<FastifyError>;
  const known = BY_FASTIFY_CODE[code ?? ""] ?? BY_STATUS[statusCode ?? 0];
  if (known) return new SegueError(known, { cause: error });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new SegueError(code?.startsWith("FST_ERR_CTP") ? "malformed_body" : "invalid_request", {
      cause: error,
    });
  return new SegueError("internal", { cause: error });
}

/** Problem details of `error`, as RFC 9457 and the error table want them. */
export function problemBody(error: SegueError, supportId: string): Problem {
  return {
    type: `urn:segue:error:${error.code}`,
    title: ERROR_TABLE[error.code].title,
    status: error.status,
    code: error.code,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    remedy: error.remedy,
    retryable: error.retryable,
    supportId,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(error.errors.length === 0 ? {} : { errors: error.errors }),
  };
}

/** Answers `request` with the problem that `error` means. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = toSegueError(error);
  const supportId = known.supportId ?? request.id;
  // Stack and cause stay in the log.
  if (known.status >= 500) request.log.error({ err: known.cause ?? known, supportId }, "request failed");
  else request.log.info({ code: known.code, supportId }, "request refused");
  if (known.status === 401) {
    const described =
      known.code === "token_expired" ? ' error="invalid_token", error_description="expired"' : "";
    reply.header("www-authenticate", `Bearer realm="segue"${described && `,${described}`}`);
  }
  if (known.retryAfterMs !== undefined && !reply.hasHeader("retry-after"))
    reply.header("retry-after", String(Math.ceil(known.retryAfterMs / 1000)));
  return reply
    .code(known.status)
    .header("cache-control", "no-store")
    .type("application/problem+json; charset=utf-8")
    .send(JSON.stringify(problemBody(known, supportId)));
}

/** Answers what no route does, such as a page of the web player; null when it does not want to. */
export type Fallback = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | null;

/** Makes every failure of `app` a problem. */
export function registerProblems(app: FastifyInstance, fallback?: Fallback): void {
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  const limited = app.hasDecorator("rateLimit") ? { preHandler: app.rateLimit() } : {};
  app.setNotFoundHandler(limited, (request, reply) => {
    const path = request.url.split("?")[0]!;
    const methods = (["GET", "POST", "DELETE", "PUT"] as const).filter((method) => {
      if (method === request.method) return false;
      return matches(app, method, path);
    });
    if (methods.length === 0) {
      const answered = fallback?.(request, reply);
      if (answered) return answered;
    }
    if (methods.length === 0) return sendProblem(new SegueError("not_found"), request, reply);
    reply.header("allow", methods.join(", "));
    return sendProblem(new SegueError("method_not_allowed"), request, reply);
  });
}

const patterns = new WeakMap<FastifyInstance, { method: string; pattern: RegExp }[]>();

/** Remembers the routes of `app`, so that a wrong method on a known path is told apart from an unknown path. */
export function rememberRoutes(app: FastifyInstance): void {
  const known: { method: string; pattern: RegExp }[] = [];
  patterns.set(app, known);
  app.addHook("onRoute", ({ url, method }) => {
    if (url.includes("*")) return;
    const source = url.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/:[A-Za-z]+/g, "[^/]+");
    for (const one of Array.isArray(method) ? method : [method])
      known.push({ method: one, pattern: new RegExp(`^${source}$`) });
  });
}

function matches(app: FastifyInstance, method: string, path: string): boolean {
  return (patterns.get(app) ?? []).some((route) => route.method === method && route.pattern.test(path));
}
