/** POST /v1/license/validity, POST /v1/license/time-proofs, GET /v1/license/keys. */
import { type DeviceId, type LicenseKeySet, SegueError, timeProofSignedBytes } from "@segue/core";
import {
  MAX_REQUEST_BYTES,
  signedTimeProofCodec,
  timeProofCodec,
  timeProofRequestCodec,
  validityRequestCodec,
  validityResponseCodec,
} from "@segue/core/wire";
import type { FastifyInstance } from "fastify";
import type { ServerContext } from "../../context";
import { acceptProtobuf, answerType, readMessage, sendMessage } from "../../http/negotiate";
import type { User } from "../../http/principal";
import type { DevicesModule } from "../devices/module";
import { KEY_LIST_FRESH_MS } from "./key-schedule";
import type { Keyring } from "./keyring";
import { MAX_HELD_SEQ, type ValidityIssuer } from "./validity";

/** What the routes use. */
export interface LicenseRouteNeeds {
  readonly keys: Keyring;
  readonly validities: ValidityIssuer;
  readonly devices: Pick<DevicesModule, "find">;
}

/** Serves validities, time proofs and the keys that verify both. */
export async function licenseRoutes(
  app: FastifyInstance,
  { now, faults }: ServerContext,
  { keys, validities, devices }: LicenseRouteNeeds,
): Promise<void> {
  acceptProtobuf(app);

  async function ensureOwned(deviceId: DeviceId, user: User): Promise<void> {
    if ((await devices.find(deviceId))?.userId !== user.id) throw new SegueError("device_unknown");
  }

  app.get("/v1/license/keys", async (_request, reply): Promise<LicenseKeySet> => {
    reply.header("cache-control", `public, max-age=${KEY_LIST_FRESH_MS / 1000}`);
    return { keys: (await keys.at(now())).list() };
  });

  app.post("/v1/license/validity", { bodyLimit: MAX_REQUEST_BYTES }, async (request, reply) => {
    const user = await app.requireUser(request);
    const type = answerType(request);
    const { deviceId, heldSeq } = readMessage(request, validityRequestCodec);
    if (heldSeq > MAX_HELD_SEQ) {
      const problem = { pointer: "/heldSeq", message: "is higher than any seq that was issued" };
      throw new SegueError("invalid_request", { detail: `heldSeq ${problem.message}`, errors: [problem] });
    }
    await ensureOwned(deviceId, user);
    faults.storage({ userId: user.id, deviceId }, "license");
    const validity = await validities.current({ deviceId, userId: user.id, plan: user.plan }, now(), heldSeq);
    return sendMessage(reply, type, { validity }, validityResponseCodec);
  });

  app.post("/v1/license/time-proofs", { bodyLimit: MAX_REQUEST_BYTES }, async (request, reply) => {
    const user = await app.requireUser(request);
    const type = answerType(request);
    const { deviceId, nonce } = readMessage(request, timeProofRequestCodec);
    await ensureOwned(deviceId, user);
    const timeMs = now();
    const payload = timeProofCodec.toBytes({ deviceId, nonce, timeMs });
    const signed = (await keys.at(timeMs)).sign(timeProofSignedBytes, payload);
    return sendMessage(reply, type, signed, signedTimeProofCodec);
  });
}
