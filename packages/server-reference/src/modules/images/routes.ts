/** GET /v1/images/{hash}. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { SegueError } from "@segue/core";
import type { FastifyInstance } from "fastify";
import type { ServerContext } from "../../context";
import type { ImageStore } from "./image-store";

const HASH = /^[0-9a-f]{64}$/;

/** Serves artwork: named by its hash, so that it never changes. */
export async function imageRoutes(
  app: FastifyInstance,
  { config }: ServerContext,
  store: ImageStore,
): Promise<void> {
  app.get<{ Params: { hash: string } }>("/v1/images/:hash", async (request, reply) => {
    const { hash } = request.params;
    if (!HASH.test(hash)) throw new SegueError("not_found");
    const image = await store.find(hash);
    if (!image) throw new SegueError("not_found");
    const etag = `"${hash}"`;
    reply
      .header("etag", etag)
      .header("cache-control", "public, max-age=31536000, immutable")
      .header("cross-origin-resource-policy", "cross-origin")
      .header("x-content-type-options", "nosniff")
      // A picture is never a page, whatever its bytes say.
      .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    if (request.headers["if-none-match"]?.split(/\s*,\s*/).includes(etag)) return reply.code(304).send();
    const path = resolve(config.dataDir, image.path);
    if (relative(config.dataDir, path).startsWith("..")) throw new SegueError("not_found");
    const handle = await open(path).catch(() => null);
    if (!handle) throw new SegueError("not_found");
    return reply.type(image.mime).send(createReadStream(path, { fd: handle }));
  });
}
