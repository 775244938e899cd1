/** How often a caller may ask: per token, or per address without one, and per address in all. */
import { createHash } from "node:crypto";
import rateLimit from "@fastify/rate-limit";
import { SegueError } from "@segue/core";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";

const MEDIA_FACTOR = 10;
/** How much more the listeners behind one address may ask together than one of them. */
const ADDRESS_FACTOR = 10;
const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 10_000;

const isMedia = (request: FastifyRequest) => /^\/v1\/(media|images)\//.test(request.url);
const isApi = (request: FastifyRequest) => request.url.startsWith("/v1/") && !isMedia(request);

function caller(request: FastifyRequest): string {
  const { authorization } = request.headers;
  // Elsewhere the token is not looked at, so that a made-up one must not make a new caller.
  const token =
    authorization && isApi(request)
      ? createHash("sha256").update(authorization).digest("base64url").slice(0, 22)
      : "";
  return `${isMedia(request) ? "media" : "api"} ${request.ip} ${token}`;
}

/** Counts per address, whatever tokens it sends: made-up tokens have a caller's allowance each. */
function limitAddresses(app: FastifyInstance, max: number): void {
  const counts = new LRUCache<string, number>({ max: MAX_ADDRESSES });
  let endsAt = performance.now() + WINDOW_MS;
  app.addHook("onRequest", async (request) => {
    if (!isApi(request)) return;
    const now = performance.now();
    if (now >= endsAt) {
      counts.clear();
      endsAt = now + WINDOW_MS;
    }
    const count = (counts.get(request.ip) ?? 0) + 1;
    counts.set(request.ip, count);
    if (count > max) throw new SegueError("rate_limited", { retryAfterMs: Math.ceil(endsAt - now) });
  });
}

/** Limits `app` to `perMinute` requests per caller; 0 limits nothing but still says so in headers. */
export async function registerRateLimit(app: FastifyInstance, perMinute: number): Promise<void> {
  const base = perMinute === 0 ? 10_000_000 : perMinute;
  if (perMinute > 0) limitAddresses(app, base * ADDRESS_FACTOR);
  await app.register(rateLimit, {
    global: true,
    max: (request: FastifyRequest) => (isMedia(request) ? base * MEDIA_FACTOR : base),
    timeWindow: WINDOW_MS,
    enableDraftSpec: true,
    keyGenerator: caller,
    errorResponseBuilder: (_request, { ttl }) => new SegueError("rate_limited", { retryAfterMs: ttl }),
  });
}
