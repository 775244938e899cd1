import type { ErrorCode } from "../errors/error-table";
import type { Milliseconds } from "../units";

/** What to do about a failure of an item on the timeline. */
export type Recovery =
  | { readonly kind: "refresh_grant" }
  | { readonly kind: "ask_again"; readonly afterMs: Milliseconds }
  | { readonly kind: "expired" }
  | { readonly kind: "skip" }
  | { readonly kind: "stop" };

const MAX_ATTEMPTS = 5;
/** How long a listener sees why an item is skipped. */
export const SHOW_BEFORE_SKIP_MS: Milliseconds = 4_000;

/** Delay before attempt `attempt` (from 0): 1 s, doubled each time, at most 30 s. */
export function retryDelayMs(attempt: number): Milliseconds {
  return Math.min(30_000, 1_000 * 2 ** attempt);
}

/** Decides from the failure and from how often this item failed before. */
export function recover(code: ErrorCode, attempts: number): Recovery {
  switch (code) {
    case "url_expired":
    case "media_missing":
    case "url_tampered":
    case "range_not_granted":
      return attempts < 2 ? { kind: "refresh_grant" } : { kind: "skip" };
    case "network":
    case "timeout":
    case "unavailable":
    case "rate_limited":
    case "internal":
      return attempts < MAX_ATTEMPTS
        ? { kind: "ask_again", afterMs: retryDelayMs(attempts) }
        : { kind: "stop" };
    case "license_expired":
    case "license_missing":
    case "clock_tampered":
      return { kind: "expired" };
    case "segment_corrupt":
    case "media_truncated":
    case "media_changed":
    case "decode_failed":
    case "codec_unsupported":
    case "license_revoked":
    case "envelope_invalid":
    case "envelope_not_for_device":
    case "not_granted":
      return { kind: "skip" };
    default:
      return { kind: "stop" };
  }
}
