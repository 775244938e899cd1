/** POST /v1/playback/grants. */
import { grantRequestCodec, grantResponseCodec, MAX_REQUEST_BYTES } from "@segue/core/wire";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { acceptProtobuf, answerType, readMessage, sendMessage } from "./negotiate";
import type { GrantService } from "./service";
import type { GrantUser } from "./types";

/** What the grant route needs. */
export interface PlaybackRouteOptions {
  readonly grants: GrantService;
  /** The caller. @throws SegueError `unauthenticated`, `token_expired` */
  readonly authenticate: (request: FastifyRequest) => Promise<GrantUser>;
  /** Server wall clock, milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** Serves grants. */
export async function playbackRoutes(app: FastifyInstance, options: PlaybackRouteOptions): Promise<void> {
  acceptProtobuf(app);
  app.post("/v1/playback/grants", { bodyLimit: MAX_REQUEST_BYTES }, async (request, reply) => {
    const user = await options.authenticate(request);
    const type = answerType(request);
    const asked = readMessage(request, grantRequestCodec);
    return sendMessage(
      reply,
      type,
      await options.grants.grant(user, asked, options.now()),
      grantResponseCodec,
    );
  });
}
