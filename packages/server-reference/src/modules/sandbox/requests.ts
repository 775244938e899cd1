/** The bodies of the sandbox's calls, beyond what the OpenAPI document says of them. */
import { ERROR_TABLE, isId, SegueError } from "@segue/core";
import { z } from "zod";
import { FAULT_AREAS } from "../../fault-hooks";
import type { FaultRule } from "./faults";
import type { SandboxUserWishes } from "./users";

const MAX_LATENCY_MS = 60_000;
const DAY_MS = 86_400_000;
const STATUSES = new Set(
  Object.values(ERROR_TABLE).flatMap((row) => (row.scope === "wire" ? [row.status] : [])),
);
/** What a proxy in front of a server answers by itself. */
for (const status of [502, 504]) STATUSES.add(status);

const whole = (min: number, max: number) => z.number().int().min(min).max(max);
const Effect = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("latency"), latencyMs: whole(1, MAX_LATENCY_MS) }),
  z.strictObject({
    kind: z.literal("status"),
    status: z
      .number()
      .refine((status) => STATUSES.has(status), "is no status of the error table, 502 or 504"),
    retryAfterMs: whole(0, 3_600_000).optional(),
  }),
  z.strictObject({ kind: z.literal("truncate"), afterBytes: whole(0, 2 ** 31) }),
  z.strictObject({ kind: z.literal("drop") }),
  z.strictObject({ kind: z.literal("storage_full") }),
]);
const FaultBody = z.strictObject({
  effect: Effect,
  userId: z
    .string()
    .refine((id) => isId("user", id), "is no user id")
    .optional(),
  deviceId: z
    .string()
    .refine((id) => isId("device", id), "is no device id")
    .optional(),
  area: z.enum(FAULT_AREAS).optional(),
  operation: z.string().max(100).optional(),
  skip: whole(0, 1_000_000).optional(),
  count: whole(1, 1_000_000).optional(),
  durationMs: whole(1, DAY_MS).optional(),
});
const ClockBody = z.strictObject({ nowMs: z.number().min(0), running: z.boolean().optional() });
const AdvanceBody = z.strictObject({ ms: z.number() });
const UserBody = z.strictObject({
  name: z.string().trim().min(1).max(100).default("Sandbox listener"),
  plan: z.enum(["free", "premium"]).default("premium"),
  market: z
    .string()
    .regex(/^[A-Z]{2}$/, "must be two capital letters")
    .default("SE"),
  explicitFilter: z.boolean().default(false),
});

/** @throws SegueError `invalid_request` that names the fields */
function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues
    .slice(0, 20)
    .map(({ path, message }) => ({ pointer: `/${path.map(String).join("/")}`, message }));
  throw new SegueError("invalid_request", { errors });
}

/** @throws SegueError `invalid_request` */
export function readFault(body: unknown, operations: ReadonlySet<string>): FaultRule {
  const { effect, ...given } = read(FaultBody, body);
  const { userId = null, deviceId = null, area = null, operation = null } = given;
  if (operation !== null && operations.size > 0 && !operations.has(operation)) {
    const message = "is no operation id of /openapi.json";
    throw new SegueError("invalid_request", { errors: [{ pointer: "/operation", message }] });
  }
  if (effect.kind === "storage_full" && operation !== null) {
    const message = "storage is full for a user, a device or an area";
    throw new SegueError("invalid_request", { errors: [{ pointer: "/operation", message }] });
  }
  const { skip = 0, count = null, durationMs = null } = given;
  return { effect, userId, deviceId, area, operation, skip, count, durationMs };
}

/** @throws SegueError `invalid_request` */
export const readClock = (body: unknown) => read(ClockBody, body);
/** @throws SegueError `invalid_request` */
export const readAdvance = (body: unknown) => read(AdvanceBody, body);
/** @throws SegueError `invalid_request` */
export const readUser = (body: unknown): SandboxUserWishes => read(UserBody, body);
