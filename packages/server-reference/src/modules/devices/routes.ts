/** POST /v1/devices/challenges; POST, GET /v1/devices; DELETE /v1/devices/{deviceId}. */
import { webcrypto } from "node:crypto";
import {
  type Device,
  type DeviceChallenge,
  type DeviceId,
  type DeviceList,
  deviceIdOf,
  ensureId,
  SegueError,
  verifyDeviceProof,
} from "@segue/core";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ServerContext } from "../../context";
import { readRegistration } from "./registration";
import type { DeviceRow, DeviceStore } from "./store";

const CHALLENGE_TTL_MS = 5 * 60_000;

function toDevice(row: DeviceRow, current: string | undefined): Device {
  return {
    id: row.id as DeviceId,
    name: row.name,
    type: row.type,
    registeredAt: row.registered_at,
    lastSeenAt: row.last_seen_at,
    current: row.id === current,
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
    const expiresAt = context.now() + CHALLENGE_TTL_MS;
    const challenge = await store.addChallenge(user.id, context.now(), expiresAt);
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
    const row = await store.register({ ...given, id, userId: user.id }, context.now());
    return reply.code(201).send(toDevice(row, id));
  });

  app.get("/v1/devices", async (request): Promise<DeviceList> => {
    const user = await app.requireUser(request);
    const rows = await store.list(user.id);
    return { items: rows.map((row) => toDevice(row, currentDevice(request))) };
  });

  app.delete<{ Params: { deviceId: string } }>("/v1/devices/:deviceId", async (request, reply) => {
    const user = await app.requireUser(request);
    const id = ensureId("device", request.params.deviceId);
    if (!(await store.remove(user.id, id))) throw new SegueError("device_unknown");
    return reply.code(204).send();
  });
}
