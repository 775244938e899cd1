/** GET, HEAD and OPTIONS /v1/media/{hash}. */

import { type Milliseconds, SegueError } from "@segue/core";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { fileBody } from "./file-body";
import type { MediaUrlSigner } from "./media-url";
import { answerMedia, type MediaFiles } from "./service";

/** What the media routes need. */
export interface MediaRouteOptions {
  readonly signer: MediaUrlSigner;
  readonly files: MediaFiles;
  readonly now: () => Milliseconds;
  /** A reader that takes nothing for this long loses the connection. Default 60 s. */
  readonly stallMs?: number;
}

interface MediaRoute {
  Params: { hash: string };
  Querystring: Record<string, unknown>;
}

/** Lets any page read the bytes: the URL is the right, no cookie is involved. */
const SHARED_HEADERS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "Accept-Ranges, Content-Length, Content-Range, ETag",
  "timing-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
} as const;

const PREFLIGHT_HEADERS = {
  "access-control-allow-methods": "GET, HEAD",
  "access-control-allow-headers": "Range, If-Range, If-None-Match, If-Match",
  "access-control-max-age": "86400",
} as const;

/** Serves media objects. */
export async function mediaRoutes(app: FastifyInstance, options: MediaRouteOptions): Promise<void> {
  const { signer, files, now, stallMs = 60_000 } = options;

  // Before anything can refuse: a page may then read the refusal too.
  app.addHook("onRequest", async (_request, reply) => {
    reply.headers(SHARED_HEADERS).header("cache-control", "no-store");
  });

  async function answer(request: FastifyRequest<MediaRoute>, reply: FastifyReply): Promise<FastifyReply> {
    const method = request.method === "HEAD" ? "HEAD" : "GET";
    const { params, query, headers } = request;
    const asked = { hash: params.hash, query, headers, nowMs: now() };
    const answered = await answerMedia(signer, files, asked, method);
    reply.headers(answered.headers);
    if (answered.status === 416) throw new SegueError("range_not_satisfiable");
    reply.code(answered.status);
    if (answered.body === null) return reply.send();
    const { handle, start, end } = answered.body;
    return reply.send(fileBody(handle, reply.raw, { start, end, stallMs }));
  }

  app.get<MediaRoute>("/v1/media/:hash", { exposeHeadRoute: false }, answer);
  app.head<MediaRoute>("/v1/media/:hash", answer);
  app.options<MediaRoute>("/v1/media/:hash", async (_request, reply) =>
    reply.code(204).headers(PREFLIGHT_HEADERS).send(),
  );
}
