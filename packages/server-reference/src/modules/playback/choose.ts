/** Which rendition of a track a listener may hear on a device now, or why none. */
import type { Codec, DeviceType, KeyId, Milliseconds, Plan, RefusalReason, RenditionId } from "@segue/core";
import type { PlayableRendition, PlayableTrack } from "./types";

/** Who listens, on what, and what they wish. */
export interface Listening {
  readonly plan: Plan;
  readonly market: string;
  readonly explicitFilter: boolean;
  readonly deviceType: DeviceType;
  readonly codecs: readonly Codec[];
  readonly maxBitrateBps?: number | undefined;
  readonly preferredRenditionId?: RenditionId | undefined;
}

/** A rendition, or the reason for none. */
export type PlayableChoice =
  | { readonly kind: "rendition"; readonly rendition: PlayableRendition }
  | {
      readonly kind: "refused";
      readonly reason: RefusalReason;
      readonly times?: { readonly retryAfterMs: Milliseconds; readonly availableAtMs: Milliseconds };
    };

const refused = (reason: RefusalReason): PlayableChoice => ({ kind: "refused", reason });
/** Longest that a client is told to wait before it asks again; the wire field is 32 bits. */
const MAX_RETRY_MS = 24 * 3_600_000;
