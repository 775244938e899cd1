import type { LicenseState } from "@segue/core";
import { deviceIdSchema, userIdSchema } from "@segue/core/wire";
import * as z from "zod/mini";

const ms = z.number();
const schema = z.object({
  deviceId: z.nullable(deviceIdSchema),
  validity: z.nullable(
    z.object({
      seq: z.int(),
      deviceId: deviceIdSchema,
      userId: userIdSchema,
      plan: z.literal(["free", "premium"]),
      offlineAllowed: z.boolean(),
      issuedAtMs: ms,
      notAfterMs: ms,
      renewAfterMs: ms,
      revokedKeyIds: z.array(z.string()),
    }),
  ),
  clock: z.object({
    highWaterMs: ms,
    proof: z.nullable(z.object({ serverMs: ms, monotonicMs: ms, bootId: z.string() })),
  }),
  tamperHold: z.boolean(),
});

/** A license as it was stored, or null when what was stored is none. */
export function parseStoredLicense(value: unknown): LicenseState | null {
  const result = schema.safeParse(value);
  return result.success ? (result.data as LicenseState) : null;
}
