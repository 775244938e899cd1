import type { AacTier, Codec, DeviceType, Plan, Tier, VorbisTier } from "./types";

/** Tiers of each codec, lowest first. */
export const TIERS: { readonly vorbis: readonly VorbisTier[]; readonly aac: readonly AacTier[] } = {
  vorbis: [24, 96, 160, 320],
  aac: [128, 256],
};

const FREE_VORBIS_LIMIT: Readonly<Record<DeviceType, Tier>> = {
  web: 96,
  mobile: 96,
  desktop: 160,
  speaker: 160,
  tv: 160,
  other: 160,
};

/** Tiers that a plan allows on a kind of device, lowest first. */
export function allowedTiers(plan: Plan, deviceType: DeviceType, codec: Codec): readonly Tier[] {
  const tiers: readonly Tier[] = TIERS[codec];
  if (plan === "premium") return tiers;
  const limit = codec === "vorbis" ? FREE_VORBIS_LIMIT[deviceType] : 128;
  return tiers.filter((tier) => tier <= limit);
}

/** What a choice needs to know of a rendition. */
export interface RenditionOption {
  readonly id: string;
  readonly codec: Codec;
  readonly tier: Tier;
}

/** What decides the choice. */
export interface TierRequest {
  readonly plan: Plan;
  readonly deviceType: DeviceType;
  /** Best first. */
  readonly codecs: readonly Codec[];
  /** 0 or absent: no limit. */
  readonly maxBitrateBps?: number;
  /** Chosen when it is allowed, so that a head that was fetched already is of use. */
  readonly preferredRenditionId?: string;
}

export type RenditionChoice<R> =
  | { readonly kind: "chosen"; readonly rendition: R }
  | { readonly kind: "none"; readonly reason: "codec" | "plan" };

/**
 * The rendition to grant: the preferred one when allowed, else the highest allowed tier within the bitrate limit
 * of the first codec that has one; when the limit excludes every allowed tier, the lowest allowed one.
 */
export function chooseRendition<R extends RenditionOption>(
  renditions: readonly R[],
  request: TierRequest,
): RenditionChoice<R> {
  const decodable = renditions.filter((rendition) => request.codecs.includes(rendition.codec));
  if (decodable.length === 0) return { kind: "none", reason: "codec" };
  const allowed = decodable.filter((rendition) =>
    allowedTiers(request.plan, request.deviceType, rendition.codec).includes(rendition.tier),
  );
  if (allowed.length === 0) return { kind: "none", reason: "plan" };
  const limit = request.maxBitrateBps ? request.maxBitrateBps / 1000 : Number.POSITIVE_INFINITY;
  const within = allowed.filter((rendition) => rendition.tier <= limit);
  const preferred = within.find((rendition) => rendition.id === request.preferredRenditionId);
  if (preferred !== undefined) return { kind: "chosen", rendition: preferred };
  for (const codec of request.codecs) {
    const best = within.filter((rendition) => rendition.codec === codec).sort((a, b) => b.tier - a.tier)[0];
    if (best !== undefined) return { kind: "chosen", rendition: best };
  }
  const lowest = allowed.reduce((low, rendition) => (rendition.tier < low.tier ? rendition : low));
  return { kind: "chosen", rendition: lowest };
}
