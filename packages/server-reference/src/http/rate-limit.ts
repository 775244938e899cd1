/** How often a caller may ask: per token, or per address without one. */
import { createHash } from "node:crypto";
import rateLimit from "@fastify/rate-limit";
import { SegueError } from "@segue/core";
import type { FastifyInstance, FastifyRequest } from "fastify";

const MEDIA_FACTOR = 10;
const isMedia = (request: FastifyRequest) => /^\/v1\/(media|images)\//.test(request.url);

function caller(request: FastifyRequest): string {
  const { authorization } = request.headers;
  const token = authorization
    ? createHash("sha256").update(authorization).digest("base64url").slice(0, 22)
    : "";
  return `${isMedia(request) ? "media" : "api"} ${request.ip} ${token}`;
}

/** Limits `app` to `perMinute` requests per caller; 0 limits nothing but still says so in headers. */
export async function registerRateLimit(app: FastifyInstance, perMinute: number): Promise<void> {
  const base = perMinute === 0 ? 10_000_000 : perMinute;
  await app.register(rateLimit, {
    global: true,
    max: (request: FastifyRequest) => (isMedia(request) ? base * MEDIA_FACTOR : base),
    timeWindow: 60_000,
    enableDraftSpec: true,
    keyGenerator: caller,
    errorResponseBuilder: (_request, { ttl }) => new SegueError("rate_limited", { retryAfterMs: ttl }),
  });
}
