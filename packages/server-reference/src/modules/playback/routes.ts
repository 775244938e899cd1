/** POST /v1/playback/grants. */
import { grantRequestCodec, grantResponseCodec, MAX_REQUEST_BYTES } from "@segue/core/wire";
import type { FastifyInstance } from "fastify";
import type { ServerContext } from "../../context";
import { acceptProtobuf, answerType, readMessage, sendMessage } from "../../http/negotiate";
import type { GrantService } from "./service";

/** Serves grants. */
export async function playbackRoutes(
  app: FastifyInstance,
  { faults, now }: ServerContext,
  grants: GrantService,
): Promise<void> {
  acceptProtobuf(app);
  app.post("/v1/playback/grants", { bodyLimit: MAX_REQUEST_BYTES }, async (request, reply) => {
    const user = await app.requireUser(request);
    const type = answerType(request);
    const asked = readMessage(request, grantRequestCodec);
    // A grant may store the validity that it carries.
    faults.storage({ userId: user.id, deviceId: asked.deviceId }, "playback");
    return sendMessage(reply, type, await grants.grant(user, asked, now()), grantResponseCodec);
  });
}
