import type { Milliseconds } from "../units";
import type { Availability } from "./types";

/** Why a track is not granted. */
export type RefusalReason =
  | "unknown_track"
  | "market"
  | "not_yet_available"
  | "no_longer_available"
  | "explicit"
  | "preparing"
  | "codec"
  | "plan"
  | "media_failed";

/** Who asks, and when. */
export interface Listener {
  /** ISO 3166-1 alpha-2 code of the listener's market. */
  readonly market: string;
  /** Whether explicit recordings are hidden from this listener. */
  readonly explicitFilter: boolean;
}

export type AvailabilityAnswer =
  | { readonly playable: true }
  | { readonly playable: false; readonly reason: RefusalReason; readonly availableAtMs?: Milliseconds };

/** Whether a listener may play a track at `nowMs`: market first, then the window, then the explicit filter. */
export function availabilityOf(
  track: { readonly availability: Availability; readonly explicit: boolean },
  listener: Listener,
  nowMs: Milliseconds,
): AvailabilityAnswer {
  const { markets, from, until } = track.availability;
  if (markets !== undefined && !markets.includes(listener.market))
    return { playable: false, reason: "market" };
  if (until !== undefined && nowMs >= until) return { playable: false, reason: "no_longer_available" };
  if (from !== undefined && nowMs < from)
    return { playable: false, reason: "not_yet_available", availableAtMs: from };
  if (track.explicit && listener.explicitFilter) return { playable: false, reason: "explicit" };
  return { playable: true };
}
