/** Which rendition of a track a listener may hear on a device now, or why none. */
import {
  availabilityOf,
  chooseRendition,
  type KeyId,
  type Listener,
  type Milliseconds,
  type RefusalReason,
  type TierRequest,
} from "@segue/core";
import type { PlayableRendition, PlayableTrack } from "./types";

/** Who listens, on what, and what they wish. */
export interface Listening extends Listener, TierRequest {}

/** A rendition, or the reason for none. */
export type PlayableChoice =
  | { readonly kind: "rendition"; readonly rendition: PlayableRendition }
  | { readonly kind: "refused"; readonly reason: RefusalReason; readonly availableAtMs?: Milliseconds };

const refused = (reason: RefusalReason): PlayableChoice => ({ kind: "refused", reason });

/** Chooses for `listening` at `nowMs`; renditions whose keys are in `revoked` do not count. */
export function choosePlayable(
  track: PlayableTrack,
  listening: Listening,
  revoked: ReadonlySet<KeyId>,
  nowMs: Milliseconds,
): PlayableChoice {
  const available = availabilityOf(track, listening, nowMs);
  if (!available.playable) {
    const { reason, availableAtMs } = available;
    return { kind: "refused", reason, ...(availableAtMs === undefined ? {} : { availableAtMs }) };
  }
  if (track.mediaState === "preparing") return refused("preparing");
  if (track.mediaState === "failed") return refused("media_failed");
  const kept =
    revoked.size === 0 ? track.renditions : track.renditions.filter((one) => !revoked.has(one.keyId));
  if (kept.length === 0 && track.renditions.length > 0) return refused("no_longer_available");
  const choice = chooseRendition(kept, listening);
  return choice.kind === "chosen"
    ? { kind: "rendition", rendition: choice.rendition }
    : refused(choice.reason);
}
