/** Who may read GET /metrics. */
import { createHash, timingSafeEqual } from "node:crypto";
import { SegueError } from "@segue/core";
import type { FastifyRequest } from "fastify";
import { bearerToken } from "../../http/principal";
import { isLoopbackName } from "../../loopback";

const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.|^::1$/;
/** What a proxy adds: then the peer's address is the proxy's and says nothing. */
const FORWARDED = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

const digest = (text: string) => createHash("sha256").update(text).digest();

/**
 * Checks that `request` carries `token`, or comes straight from a program on this machine where there is none.
 * @throws SegueError `unauthenticated`, `forbidden`
 */
export function ensureMayReadMetrics(request: FastifyRequest, token: string | null): void {
  if (token !== null) {
    const given = bearerToken(request);
    if (given === null || !timingSafeEqual(digest(given), digest(token)))
      throw new SegueError("unauthenticated", { detail: "expected the metrics token of this server" });
    return;
  }
  const near =
    LOOPBACK_ADDRESS.test(request.raw.socket.remoteAddress ?? "") &&
    isLoopbackName(request.headers.host ?? "") &&
    !FORWARDED.some((name) => request.headers[name] !== undefined);
  if (!near)
    throw new SegueError("forbidden", {
      detail: "metrics are for programs on the server's machine, unless it has a metrics token",
    });
}
