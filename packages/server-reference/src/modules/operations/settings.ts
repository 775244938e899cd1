/** Who may read the figures. */
import { z } from "zod";
import { settingsPart } from "../../settings";

/** What an operator sets about operations. */
export interface OperationsSettings {
  /** Bearer token of GET /metrics; null for no token, but then only this machine gets an answer. */
  readonly metricsToken: string | null;
}

/** The settings of operations. */
export const operationsSettings = settingsPart(
  {
    SEGUE_METRICS_TOKEN: z
      .string()
      .regex(/^[A-Za-z0-9._~+/-]{16,512}=*$/, "must be 16 to 512 letters, digits or ._~+/-")
      .optional()
      .describe("Bearer token of /metrics. Without it only programs on this machine get an answer."),
  },
  (value): OperationsSettings => ({ metricsToken: value.SEGUE_METRICS_TOKEN ?? null }),
  ["SEGUE_METRICS_TOKEN"],
);
