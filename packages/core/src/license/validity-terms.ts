/** How long the validities of a plan last. */
import type { Plan } from "../catalog/types";
import type { Milliseconds } from "../units";

const HOUR_MS = 3_600_000;

/** What a validity says because of its holder's plan. */
export interface ValidityTerms {
  /** It holds this long from when it was issued. */
  readonly lifetimeMs: Milliseconds;
  /** It is renewed on contact once it is this old. */
  readonly renewMs: Milliseconds;
  /** Whether kept envelopes may be used without a connection. */
  readonly offline: boolean;
}

/** A license for offline play lasts 30 days from the last contact, a right to stream one day. */
export const VALIDITY_TERMS: Readonly<Record<Plan, ValidityTerms>> = {
  free: { lifetimeMs: 24 * HOUR_MS, renewMs: 12 * HOUR_MS, offline: false },
  premium: { lifetimeMs: 30 * 24 * HOUR_MS, renewMs: 24 * HOUR_MS, offline: true },
};

/** Nothing that was signed holds longer than this. */
export const LONGEST_VALIDITY_MS: Milliseconds = Math.max(
  ...Object.values(VALIDITY_TERMS).map((terms) => terms.lifetimeMs),
);
