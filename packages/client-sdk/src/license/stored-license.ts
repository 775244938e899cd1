import { isId, type LicenseState } from "@segue/core";
import * as z from "zod/mini";

const ms = z.number();
const schema = z.object({
  deviceId: z.nullable(z.string().check(z.refine((id) => isId("device", id)))),
  validity: z.nullable(
    z.object({
      seq: z.int(),
      deviceId: z.string().check(z.refine((id) => isId("device", id))),
      userId: z.string().check(z.refine((id) => isId("user", id))),
      plan: z.enum(["free", "premium"]),
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
