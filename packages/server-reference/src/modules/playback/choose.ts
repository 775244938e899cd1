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

/** Tiers that a plan includes on a kind of device, in kbps (docs/architecture.md, Tiers). */
function planIncludes(listening: Listening, codec: Codec, kbps: number): boolean {
  if (listening.plan === "premium") return true;
  if (codec === "aac") return kbps <= 128;
  return kbps <= (listening.deviceType === "web" || listening.deviceType === "mobile" ? 96 : 160);
}

/** Chooses for `listening` at `nowMs`; renditions whose keys are in `revoked` do not count. */
export function choosePlayable(
  track: PlayableTrack,
  listening: Listening,
  revoked: ReadonlySet<KeyId>,
  nowMs: Milliseconds,
): PlayableChoice {
  const { markets, from, until } = track.availability;
  if (until !== undefined && nowMs >= until) return refused("no_longer_available");
  if (markets !== undefined && !markets.includes(listening.market)) return refused("market");
  if (from !== undefined && nowMs < from) {
    const times = { availableAtMs: from, retryAfterMs: Math.min(from - nowMs, MAX_RETRY_MS) };
    return { kind: "refused", reason: "not_yet_available", times };
  }
  if (track.explicit && listening.explicitFilter) return refused("explicit");
  if (track.mediaState === "preparing") return refused("preparing");
  if (track.mediaState === "failed") return refused("media_failed");
  const kept = track.renditions.filter((rendition) => !revoked.has(rendition.keyId));
  if (kept.length === 0 && track.renditions.length > 0) return refused("no_longer_available");
  const decodable = kept.filter((rendition) => listening.codecs.includes(rendition.codec));
  if (decodable.length === 0) return refused("codec");
  const included = decodable.filter((rendition) => planIncludes(listening, rendition.codec, rendition.kbps));
  if (included.length === 0) return refused("plan");
  return { kind: "rendition", rendition: best(included, listening) };
}

/** The preferred one, else the best of the first codec within the wished bitrate, else the smallest. */
function best(included: readonly PlayableRendition[], listening: Listening): PlayableRendition {
  const preferred = included.find((rendition) => rendition.renditionId === listening.preferredRenditionId);
  if (preferred) return preferred;
  const codec = listening.codecs.find((wanted) => included.some((rendition) => rendition.codec === wanted));
  const sorted = included.filter((rendition) => rendition.codec === codec).sort((a, b) => b.kbps - a.kbps);
  const limit = listening.maxBitrateBps || Number.POSITIVE_INFINITY;
  return sorted.find((rendition) => rendition.kbps * 1000 <= limit) ?? sorted[sorted.length - 1]!;
}
