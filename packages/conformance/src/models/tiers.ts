/** The table of docs/spec/playback.md#tiers, in kbps. */

const FREE_SMALL = [24, 96];
const FREE = [24, 96, 160];
const PREMIUM = [24, 96, 160, 320];

/** Tiers that `plan` allows on a device of `type`, for a codec. */
export function tiersOf(plan: "free" | "premium", type: string, codec: "vorbis" | "aac"): readonly number[] {
  if (codec === "aac") return plan === "premium" ? [128, 256] : [128];
  if (plan === "premium") return PREMIUM;
  return type === "web" || type === "mobile" ? FREE_SMALL : FREE;
}
