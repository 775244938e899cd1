/** The one door for what a server or a store hands in. */
import { SegueError } from "@segue/core";
import type { ResourceSchema } from "@segue/core/wire";

/**
 * `value` as `schema` reads it: unknown fields are dropped.
 * @throws SegueError `protocol` that names the first field that differs
 */
export function parseAs<T>(schema: ResourceSchema<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new SegueError("protocol", {
    detail: `${what}: ${issue?.path.map(String).join(".") || "body"} ${issue?.message ?? "differs"}`,
  });
}
