/** POST /v1/devices/challenges; POST, GET /v1/devices; DELETE /v1/devices/{deviceId}. */
import { randomBytes, webcrypto } from "node:crypto";
import {
  type Device,
  type DeviceChallenge,
  type DeviceList,
  deviceIdOf,
  ensureId,
  SegueError,
  verifyDeviceProof,
} from "@segue/core";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ServerContext } from "../../context";
import type { DeviceStore, Device as StoredDevice } from "./device-store";
import { readRegistration } from "./registration";

const CHALLENGE_TTL_MS = 5 * 60_000;

function toDevice(stored: StoredDevice, current: string | undefined): Device {
  return {
    id: stored.id,
    name: stored.name,
    type: stored.type,
    registeredAt: stored.registeredAtMs,
    lastSeenAt: stored.lastSeenAtMs,
    current: stored.id === current,
  };
}

/** The device that says it makes the request. */
function currentDevice(request: FastifyRequest): string | undefined {
  const header = request.headers["segue-device"];
  return typeof header === "string" ? header : undefined;
}

/** Serves a listener's devices. */
export async function deviceRoutes(
  app: FastifyInstance,
  context: ServerContext,
  store: DeviceStore,
): Promise<void> {
  app.post<{ Reply: DeviceChallenge }>("/v1/devices/challenges", async (request, reply) => {
    const user = await app.requireUser(request);
    context.faults.storage({ userId: user.id, deviceId: currentDevice(request) ?? null }, "devices");
    const now = context.now();
    const expiresAt = now + CHALLENGE_TTL_MS;
    const challenge = randomBytes(32);
    await store.addChallenge(user.id, challenge, now, expiresAt);
    reply.header("cache-control", "no-store");
    return reply.code(201).send({ challenge: challenge.toString("base64"), expiresAt });
  });

  app.post<{ Reply: Device }>("/v1/devices", async (request, reply) => {
    const user = await app.requireUser(request);
    const given = readRegistration(request.body);
    const id = await deviceIdOf(webcrypto, given.identityKey);
    context.faults.storage({ userId: user.id, deviceId: id }, "devices");
    // Taken before it is judged: a challenge serves once, also for a wrong proof.
    if (!(await store.takeChallenge(user.id, given.challenge, context.now())))
      throw new SegueError("challenge_expired");
    if (!(await verifyDeviceProof(webcrypto, given.challenge, given, given.proof)))
      throw new SegueError("device_proof_invalid");
    const device = await store.register({ ...given, id, userId: user.id }, context.now());
    return reply.code(201).send(toDevice(device, id));
  });

  app.get("/v1/devices", async (request): Promise<DeviceList> => {
    const user = await app.requireUser(request);
    const devices = await store.list(user.id);
    return { items: devices.map((device) => toDevice(device, currentDevice(request))) };
  });

  app.delete<{ Params: { deviceId: string } }>("/v1/devices/:deviceId", async (request, reply) => {
    const user = await app.requireUser(request);
    const id = ensureId("device", request.params.deviceId);
    if (!(await store.remove(user.id, id))) throw new SegueError("device_unknown");
    return reply.code(204).send();
  });
}
