/** The bodies of the sandbox's calls, beyond what the OpenAPI document says of them. */
import { ERROR_TABLE, SegueError, type User } from "@segue/core";
import {
  sandboxAdvanceSchema,
  sandboxClockSettingSchema,
  sandboxFaultRuleSchema,
  sandboxUserWishesSchema,
} from "@segue/core/wire";
import { readBody } from "../../http/read-body";
import type { FaultRule } from "./faults";

const STATUSES = new Set(
  Object.values(ERROR_TABLE).flatMap((row) => (row.scope === "wire" ? [row.status] : [])),
);
/** What a proxy in front of a server answers by itself. */
for (const status of [502, 504]) STATUSES.add(status);

function refuse(pointer: string, message: string): never {
  throw new SegueError("invalid_request", { errors: [{ pointer, message }] });
}

/** @throws SegueError `invalid_request` */
export function readFault(body: unknown, operations: ReadonlySet<string>): FaultRule {
  const { effect, ...given } = readBody(sandboxFaultRuleSchema, body);
  const { userId = null, deviceId = null, area = null, operation = null } = given;
  if (effect.kind === "status" && !STATUSES.has(effect.status))
    refuse("/effect/status", "is no status of the error table, 502 or 504");
  if (operation !== null && operations.size > 0 && !operations.has(operation))
    refuse("/operation", "is no operation id of /openapi.json");
  if (effect.kind === "storage_full" && operation !== null)
    refuse("/operation", "storage is full for a user, a device or an area");
  const { skip = 0, count = null, durationMs = null } = given;
  return { effect, userId, deviceId, area, operation, skip, count, durationMs };
}

/** @throws SegueError `invalid_request` */
export const readClock = (body: unknown) => readBody(sandboxClockSettingSchema, body);
/** @throws SegueError `invalid_request` */
export const readAdvance = (body: unknown) => readBody(sandboxAdvanceSchema, body);
/** The listener that `body` wishes for. @throws SegueError `invalid_request` */
export function readUser(body: unknown): Omit<User, "id"> {
  const { name = "Sandbox listener", ...wishes } = readBody(sandboxUserWishesSchema, body);
  return { name: name.trim(), ...wishes };
}
