/** Lets any page use the API: the token is the right, no cookie is involved. The authorization server and media have their own rules. */
import type { FastifyInstance } from "fastify";

const OWN_RULES = ["/oauth/", "/.well-known/", "/v1/media/"];
const EXPOSED =
  "ETag, Content-Range, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-Id, WWW-Authenticate";

/** Adds the headers to every answer of `app`, and answers preflights. */
export function registerCors(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
    if (OWN_RULES.some((prefix) => request.url.startsWith(prefix))) return;
    reply.header("access-control-allow-origin", "*").header("access-control-expose-headers", EXPOSED);
    if (request.method !== "OPTIONS" || !request.headers["access-control-request-method"]) return;
    return reply
      .code(204)
      .header("access-control-allow-methods", "GET, HEAD, POST, PUT, DELETE")
      .header(
        "access-control-allow-headers",
        "Authorization, Content-Type, Accept, If-None-Match, Idempotency-Key, Segue-Device",
      )
      .header("access-control-max-age", "86400")
      .send();
  });
}
