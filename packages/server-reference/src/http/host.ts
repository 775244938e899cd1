/** Under which names the server answers. */
import { SegueError } from "@segue/core";
import type { FastifyInstance } from "fastify";
import { isLoopbackName } from "../loopback";
import type { ServerSettings } from "../settings";

/** Whether the server answers requests whose Host header is `host`. */
export function answersTo(
  config: Pick<ServerSettings, "host" | "publicUrl">,
  host: string | undefined,
): boolean {
  if (config.publicUrl || !isLoopbackName(config.host)) return true;
  const name = host?.replace(/:\d+$/, "") ?? "";
  return name === "" || isLoopbackName(name);
}

/**
 * A server on loopback answers under loopback names only: a page elsewhere that points its own name at 127.0.0.1 gets
 * nothing. Pages asked for under another loopback name lead to `origin()`, where sign-in works.
 */
export function registerHostCheck(
  app: FastifyInstance,
  config: Pick<ServerSettings, "host" | "publicUrl">,
  origin: () => string,
): void {
  if (config.publicUrl || !isLoopbackName(config.host)) return;
  app.addHook("onRequest", async (request, reply) => {
    const host = request.headers.host?.replace(/:\d+$/, "") ?? "";
    if (host === "") return;
    if (!answersTo(config, host))
      throw new SegueError("forbidden", { detail: "this server answers on loopback names only" });
    if (request.method !== "GET" || request.headers["sec-fetch-mode"] !== "navigate") return;
    const own = new URL(origin());
    if (host !== own.hostname) return reply.redirect(own.origin + request.url, 307);
  });
}
