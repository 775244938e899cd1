/** POST /v1/events, GET /v1/play-counts. */
import { MAX_BATCH_BYTES, SegueError, type TrackId } from "@segue/core";
import {
  type IncomingBatch,
  incomingBatchFromBytes,
  incomingBatchFromJson,
  publishResponseCodec,
} from "@segue/core/wire";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Registry } from "prom-client";
import type { Db } from "../../adapters/sqlite/open";
import type { ServerContext } from "../../context";
import type { User } from "../auth/principal";
import { acceptProtobuf, answerType, sendMessage } from "../playback/negotiate";
import { createAllowance } from "./allowance";
import { createEventMetrics } from "./metrics";

/** How often ids that are too old to be repeated are forgotten. */
const FORGET_EVERY_MS = 3_600_000;

/** Serves play events and play counts. */
export async function eventRoutes(
  app: FastifyInstance,
  options: { readonly context: ServerContext; readonly registry: Registry },
): Promise<void> {
  const { context, registry } = options;
  const { db, eventLog, config, faults, now } = context;
  const metrics = createEventMetrics(registry, eventLog);
  const allowance = createAllowance(() => performance.now());
  forgetRegularly(app, context);
  acceptProtobuf(app);

  app.post("/v1/events", { bodyLimit: MAX_BATCH_BYTES }, async (request, reply) => {
    const user = await app.requireUser(request);
    const type = answerType(request);
    const batch = readBatch(request);
    await ensureSender(db, user, batch);
    if (config.rateLimit > 0) allowance.spend(user.id, batch.items.length);
    faults.storage({ userId: user.id, deviceId: batch.deviceId }, "events");
    const receipts = await eventLog.append({
      ...batch,
      userId: user.id,
      market: user.market,
      receivedAtMs: now(),
      knownTracks: await knownTracks(db, tracksOf(batch)),
    });
    metrics.answered(receipts);
    return sendMessage(reply.code(202), type, { receipts }, publishResponseCodec);
  });

  app.get<{ Querystring: { ids: string } }>("/v1/play-counts", async (request, reply) => {
    await app.requireUser(request);
    const asked = [...new Set(request.query.ids.split(","))] as TrackId[];
    const known = await knownTracks(db, asked);
    const ids = asked.filter((id) => known.has(id));
    const plays = await eventLog.plays(ids);
    reply.header("cache-control", "private, no-cache");
    return { items: ids.map((trackId) => ({ trackId, plays: plays.get(trackId) ?? 0 })) };
  });
}

function readBatch({ body, headers }: FastifyRequest): IncomingBatch {
  if (Buffer.isBuffer(body)) return incomingBatchFromBytes(body);
  // The body was parsed already; what was sent is as long as its header says, or came in chunks below the route's limit.
  if (Number(headers["content-length"] ?? 0) > MAX_BATCH_BYTES) throw new SegueError("body_too_large");
  return incomingBatchFromJson(body);
}

/** @throws SegueError `forbidden`, `device_unknown` */
async function ensureSender(db: Db, user: User, { userId, deviceId }: IncomingBatch): Promise<void> {
  if (userId !== undefined && userId !== user.id)
    throw new SegueError("forbidden", { detail: "the events are another user's" });
  const device = await db
    .selectFrom("devices")
    .select("user_id")
    .where("id", "=", deviceId)
    .executeTakeFirst();
  if (device?.user_id !== user.id) throw new SegueError("device_unknown");
}

const tracksOf = ({ items }: IncomingBatch): readonly string[] => [
  ...new Set(items.flatMap((item) => (item.kind === "event" ? [item.event.trackId] : []))),
];

async function knownTracks(db: Db, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db.selectFrom("tracks").select("id").where("id", "in", ids).execute();
  return new Set(rows.map((row) => row.id));
}

function forgetRegularly(app: FastifyInstance, { eventLog, now, logger }: ServerContext): void {
  const forget = () =>
    void eventLog
      .forget(now())
      .catch((error: unknown) => logger.warn({ err: error }, "old event ids were not forgotten"));
  const timer = setInterval(forget, FORGET_EVERY_MS).unref();
  app.addHook("onClose", async () => clearInterval(timer));
}

export default eventRoutes;
