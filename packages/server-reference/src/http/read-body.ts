/** Bodies of requests, as the schemas of the wire read them. */
import { SegueError } from "@segue/core";
import type { ResourceSchema } from "@segue/core/wire";

/** Most fields that a problem names. */
const MAX_ERRORS = 20;

/** `body` as `schema` reads it. @throws SegueError `invalid_request` that names the fields */
export function readBody<T>(schema: ResourceSchema<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues
    .slice(0, MAX_ERRORS)
    .map(({ path, message }) => ({ pointer: `/${path.map(String).join("/")}`, message }));
  throw new SegueError("invalid_request", { errors });
}
