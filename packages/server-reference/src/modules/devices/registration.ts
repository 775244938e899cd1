/** The body of POST /v1/devices. */
import { DEVICE_TYPES, type DeviceKeys, type DeviceType, SegueError } from "@segue/core";
import { z } from "zod";

/** What a device says about itself. */
export interface Registration extends DeviceKeys {
  readonly name: string;
  readonly type: DeviceType;
  readonly challenge: Uint8Array;
  /** Raw r ‖ s, 64 bytes. */
  readonly proof: Uint8Array;
}

const bytes = (length: number) =>
  z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9+/_-]+={0,2}$/, "must be base64")
    .transform((text) => new Uint8Array(Buffer.from(text, "base64")))
    .refine((value) => value.length === length, `must be ${length} bytes`);

const Body = z.object({
  name: z.string().trim().min(1).max(100),
  type: z.enum(DEVICE_TYPES),
  identityKey: bytes(65),
  agreementKey: bytes(65),
  challenge: bytes(32),
  proof: bytes(64),
});

/** Reads `body`. @throws SegueError `malformed_body`, `invalid_request` */
export function readRegistration(body: unknown): Registration {
  if (typeof body !== "object" || body === null) throw new SegueError("malformed_body");
  const parsed = Body.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({
    pointer: `/${issue.path.map(String).join("/")}`,
    message: issue.message,
  }));
  throw new SegueError("invalid_request", { errors });
}
