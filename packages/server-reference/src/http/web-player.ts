/** Serves the built web player. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** What the page may load, and which servers beside this one it may talk to. */
const policy = (servers: readonly string[]) =>
  [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    ["connect-src 'self'", ...servers].join(" "),
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");

async function playerHeaders(
  request: FastifyRequest,
  reply: FastifyReply,
  servers: () => Promise<readonly string[]>,
): Promise<void> {
  reply.header("x-content-type-options", "nosniff").header("referrer-policy", "no-referrer");
  const type = String(reply.getHeader("content-type") ?? "");
  const isPage = type.startsWith("text/html");
  if (isPage)
    reply.header("content-security-policy", policy(await servers())).header("cache-control", "no-cache");
  // SharedArrayBuffer needs an isolated page; `isolation=off` shows the player without it.
  const off = isPage && (request.query as { isolation?: unknown }).isolation === "off";
  if (off) return;
  reply
    .header("cross-origin-opener-policy", "same-origin")
    .header("cross-origin-embedder-policy", "require-corp")
    .header("cross-origin-resource-policy", "same-origin");
}

/** Whether `webDir` holds a built player. */
export function hasWebPlayer(webDir: string | null): webDir is string {
  return webDir !== null && existsSync(join(webDir, "index.html"));
}

/**
 * Serves the files of `webDir` at `/`.
 * @param servers origins beside this server's that the player talks to
 */
export async function registerWebPlayer(
  app: FastifyInstance,
  webDir: string,
  servers: () => Promise<readonly string[]>,
): Promise<void> {
  app.addHook("onSend", async (request, reply, payload) => {
    if (!/^\/(v1|oauth|\.well-known|docs|metrics|livez|readyz|openapi\.json)(\/|\?|$)/.test(request.url))
      if (reply.statusCode < 400) await playerHeaders(request, reply, servers);
    return payload;
  });
  await app.register(fastifyStatic, {
    root: webDir,
    prefix: "/",
    dotfiles: "deny",
    cacheControl: false,
    setHeaders: (response, path) => {
      // Vite names what it puts there by its content.
      const forever = /[/\\]assets[/\\]/.test(path);
      response.header("cache-control", forever ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}

/** Gives the player's page for paths that it routes by itself. */
export function playerFallback(request: FastifyRequest, reply: FastifyReply): FastifyReply | null {
  const path = request.url.split("?")[0]!;
  const wantsPage = request.method === "GET" && (request.headers.accept ?? "").includes("text/html");
  if (!wantsPage || /^\/(v1|oauth)(\/|$)/.test(path) || /\.[a-z0-9]+$/i.test(path)) return null;
  return reply.sendFile("index.html");
}
