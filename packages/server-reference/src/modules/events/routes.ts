/** POST /v1/events, GET /v1/play-counts. */
import { MAX_BATCH_BYTES, type PlayCountList, SegueError, type TrackId } from "@segue/core";
import {
  type IncomingBatch,
  incomingBatchFromBytes,
  incomingBatchFromJson,
  publishResponseCodec,
} from "@segue/core/wire";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ServerContext } from "../../context";
import { acceptProtobuf, answerType, sendMessage } from "../../http/negotiate";
import type { User } from "../../http/principal";
import type { CatalogStore } from "../catalog/catalog-store";
import type { DevicesModule } from "../devices/module";
import { createAllowance } from "./allowance";
import type { EventLog } from "./event-log";
import type { EventMetrics } from "./metrics";

/** What the routes use. */
export interface EventNeeds {
  readonly log: EventLog;
  readonly devices: Pick<DevicesModule, "find">;
  readonly catalog: Pick<CatalogStore, "knownTracks">;
  readonly metrics: EventMetrics;
}

/** Serves play events and play counts. */
export async function eventRoutes(
  app: FastifyInstance,
  { config, faults, now }: ServerContext,
  { log, devices, catalog, metrics }: EventNeeds,
): Promise<void> {
  const allowance = createAllowance(() => performance.now());
  acceptProtobuf(app);

  app.post("/v1/events", { bodyLimit: MAX_BATCH_BYTES }, async (request, reply) => {
    const user = await app.requireUser(request);
    const type = answerType(request);
    const batch = readBatch(request);
    await ensureSender(devices, user, batch);
    if (config.rateLimit > 0) allowance.spend(user.id, batch.items.length);
    faults.storage({ userId: user.id, deviceId: batch.deviceId }, "events");
    const receipts = await log.append({
      ...batch,
      userId: user.id,
      market: user.market,
      receivedAtMs: now(),
      knownTracks: await catalog.knownTracks(tracksOf(batch)),
    });
    metrics.answered(receipts);
    return sendMessage(reply.code(202), type, { receipts }, publishResponseCodec);
  });

  app.get<{ Querystring: { ids: string } }>(
    "/v1/play-counts",
    async (request, reply): Promise<PlayCountList> => {
      await app.requireUser(request);
      const asked = [...new Set(request.query.ids.split(","))] as TrackId[];
      const known = await catalog.knownTracks(asked);
      const ids = asked.filter((id) => known.has(id));
      const plays = await log.plays(ids);
      reply.header("cache-control", "private, no-cache");
      return { items: ids.map((trackId) => ({ trackId, plays: plays.get(trackId) ?? 0 })) };
    },
  );
}

function readBatch({ body, headers }: FastifyRequest): IncomingBatch {
  if (Buffer.isBuffer(body)) return incomingBatchFromBytes(body);
  // The body was parsed already; what was sent is as long as its header says, or came in chunks below the route's limit.
  if (Number(headers["content-length"] ?? 0) > MAX_BATCH_BYTES) throw new SegueError("body_too_large");
  return incomingBatchFromJson(body);
}

/** @throws SegueError `forbidden`, `device_unknown` */
async function ensureSender(
  devices: EventNeeds["devices"],
  user: User,
  { userId, deviceId }: IncomingBatch,
): Promise<void> {
  if (userId !== undefined && userId !== user.id)
    throw new SegueError("forbidden", { detail: "the events are another user's" });
  if ((await devices.find(deviceId))?.userId !== user.id) throw new SegueError("device_unknown");
}

const tracksOf = ({ items }: IncomingBatch): readonly string[] => [
  ...new Set(items.flatMap((item) => (item.kind === "event" ? [item.event.trackId] : []))),
];
