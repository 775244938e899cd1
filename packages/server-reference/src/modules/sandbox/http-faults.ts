/** Applies the fault switches to HTTP requests. */
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ERROR_TABLE, type ErrorCode, isId, type SandboxEffect, SegueError } from "@segue/core";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { FaultArea } from "../../fault-hooks";
import type { OpenApiDocument } from "../../http/openapi-document";
import { readHolderNote } from "../media/holder-note";
import type { FaultSwitches, FaultTarget } from "./faults";

const AREAS: readonly (readonly [RegExp, FaultArea])[] = [
  [/^\/(?:oauth|\.well-known)\//, "auth"],
  [/^\/v1\/(?:me|capabilities)$/, "account"],
  [/^\/v1\/(?:home|tracks|albums|artists|search)(?:\/|$)/, "catalog"],
  [/^\/v1\/(?:playlists|library)(?:\/|$)/, "library"],
  [/^\/v1\/(connect|devices|events|images|license|media|playback)(?:\/|$)/, "other"],
];
/** Where no fault reaches: what turns faults off, and what an operator asks for. */
const EXEMPT = /^\/(?:v1\/sandbox\/|livez$|readyz$|metrics$|openapi\.json$|docs$)/;

/** The part of the server behind `path`. */
export function areaOf(path: string): FaultArea {
  for (const [pattern, area] of AREAS) {
    const found = pattern.exec(path);
    if (found) return (found[1] as FaultArea | undefined) ?? area;
  }
  return "other";
}

/** Operation ids by method and route, from the OpenAPI document. */
function operationsOf(document: OpenApiDocument | null): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [path, item] of Object.entries(document?.paths ?? {}))
    for (const [method, operation] of Object.entries(item)) {
      const id = (operation as { operationId?: unknown } | null)?.operationId;
      if (typeof id === "string") found.set(`${method.toUpperCase()} ${path}`, id);
    }
  return found;
}

/** The ids that a fault may name. */
export const operationIds = (document: OpenApiDocument | null): ReadonlySet<string> =>
  new Set(operationsOf(document).values());

const DEVICE_ID = /dev_[0-7][0-9abcdefghjkmnpqrstvwxyz]{25}/;

/** The device that a request names: in its header, in its body, or in the media URL that was made for it. */
function deviceOf(request: FastifyRequest): string | null {
  const header = request.headers["segue-device"];
  if (isId("device", header)) return header;
  const { body } = request;
  // Every message that names its device does so in its first field.
  if (Buffer.isBuffer(body)) return DEVICE_ID.exec(body.subarray(0, 64).toString("latin1"))?.[0] ?? null;
  const named = (body as { deviceId?: unknown } | null | undefined)?.deviceId;
  return isId("device", named) ? named : null;
}

const BY_STATUS = new Map<number, ErrorCode>();
for (const [code, row] of Object.entries(ERROR_TABLE))
  if (row.scope === "wire" && !BY_STATUS.has(row.status)) BY_STATUS.set(row.status, code as ErrorCode);

/** Answers as the server would with that status; other statuses as a proxy in front of it would, in plain text. */
function answerStatus(effect: Extract<SandboxEffect, { kind: "status" }>, reply: FastifyReply): FastifyReply {
  const code = BY_STATUS.get(effect.status);
  if (code === undefined)
    return reply.code(effect.status).type("text/plain; charset=utf-8").send("switched on in the sandbox\n");
  const needsRetry = code === "rate_limited" || code === "unavailable";
  const retryAfterMs = effect.retryAfterMs ?? (needsRetry ? 1000 : undefined);
  throw new SegueError(code, {
    detail: "switched on in the sandbox",
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Cuts the connection once `afterBytes` of the body were written; the head still promises all of it. */
function truncate(response: ServerResponse, afterBytes: number): void {
  const write = response.write.bind(response) as (chunk: Uint8Array, done?: () => void) => boolean;
  const end = response.end.bind(response) as () => ServerResponse;
  let left = afterBytes;
  /** Whether the chunk went out whole. */
  const pass = (chunk: unknown): boolean => {
    const bytes = Buffer.from(chunk as Uint8Array);
    const kept = bytes.subarray(0, left);
    left -= kept.length;
    const cut = () => response.destroy();
    if (kept.length === bytes.length) write(kept);
    else if (kept.length === 0) cut();
    else write(kept, cut);
    return kept.length === bytes.length;
  };
  const doneOf = (args: readonly unknown[]) =>
    args.find((one): one is () => void => typeof one === "function");
  response.write = ((...args: unknown[]) => {
    const whole = pass(args[0]);
    if (whole) doneOf(args)?.();
    return whole;
  }) as typeof response.write;
  response.end = ((...args: unknown[]) => {
    const chunk = args[0];
    const whole = typeof chunk === "function" || chunk === undefined || chunk === null || pass(chunk);
    return whole ? end() : response;
  }) as typeof response.end;
}

/** Applies `faults` to every request of `app` that reaches a route. */
export function registerHttpFaults(
  app: FastifyInstance,
  faults: FaultSwitches,
  document: OpenApiDocument | null,
): void {
  const operations = operationsOf(document);

  async function targetOf(request: FastifyRequest): Promise<FaultTarget> {
    const path = request.url.split("?")[0]!;
    const route = request.routeOptions.url?.replace(/:([A-Za-z]+)/g, "{$1}") ?? path;
    const area = areaOf(path);
    const operation = operations.get(`${request.method} ${route}`) ?? null;
    if (area === "media")
      return { area, operation, ...readHolderNote((request.query as { for?: unknown }).for) };
    const user = await app.optionalUser(request).catch(() => null);
    return { area, operation, userId: user?.id ?? null, deviceId: deviceOf(request) };
  }

  app.addHook("preHandler", async (request, reply) => {
    if (faults.idle || EXEMPT.test(request.url.split("?")[0]!)) return;
    for (const effect of faults.take(await targetOf(request))) {
      if (effect.kind === "latency") await sleep(effect.latencyMs);
      else if (effect.kind === "truncate") truncate(reply.raw, effect.afterBytes);
      else if (effect.kind === "status") return answerStatus(effect, reply);
      else if (effect.kind === "drop") {
        reply.hijack();
        request.raw.socket.destroy();
        return reply;
      }
    }
  });
}
