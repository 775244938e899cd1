/** Refusals and the sentences that a listener reads. */
import type { Milliseconds, Refusal, RefusalReason } from "@segue/core";

const MESSAGES: Readonly<Record<RefusalReason, string>> = {
  unknown_track: "This track does not exist.",
  market: "This track is not available in your country.",
  not_yet_available: "This track has not been released yet.",
  no_longer_available: "This track is no longer available.",
  explicit: "Your filter for explicit content blocks this track.",
  preparing: "This track is being prepared; it will play in a moment.",
  codec: "This track does not exist in a format that your device plays.",
  plan: "Your plan does not include this track.",
  media_failed: "The audio of this track could not be prepared.",
};

/** The refusal for `reason`, with its sentence. */
export function refuse(
  reason: RefusalReason,
  times: { readonly retryAfterMs?: Milliseconds; readonly availableAtMs?: Milliseconds } = {},
): Refusal {
  return { reason, message: MESSAGES[reason], ...times };
}
