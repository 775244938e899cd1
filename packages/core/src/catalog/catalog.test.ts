import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { availabilityOf } from "./availability";
import { allowedTiers, chooseRendition, type RenditionOption, TIERS } from "./tiers";
import type { Codec, DeviceType, Plan } from "./types";

describe("availability", () => {
  const se = { market: "SE", explicitFilter: false };
  const track = (availability: { markets?: string[]; from?: number; until?: number }, explicit = false) => ({
    availability,
    explicit,
  });
  test("open bounds play anywhere at any time", () =>
    expect(availabilityOf(track({}), se, 0)).toEqual({ playable: true }));
  test("another market is refused", () =>
    expect(availabilityOf(track({ markets: ["DE"] }), se, 0)).toEqual({ playable: false, reason: "market" }));
  test("the window is half open", () =>
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), fc.nat(200), (from, length, now) => {
        const answer = availabilityOf(track({ from, until: from + length }), se, now);
        expect(answer.playable).toBe(now >= from && now < from + length);
      }),
    ));
  test("an unopened window says when it opens", () =>
    expect(availabilityOf(track({ from: 9 }), se, 8)).toEqual({
      playable: false,
      reason: "not_yet_available",
      availableAtMs: 9,
    }));
  test("the filter refuses explicit tracks to those who set it", () => {
    expect(availabilityOf(track({}, true), { ...se, explicitFilter: true }, 0)).toMatchObject({
      reason: "explicit",
    });
    expect(availabilityOf(track({}, true), se, 0).playable).toBe(true);
  });
});

const plan = fc.constantFrom<Plan>("free", "premium");
const deviceType = fc.constantFrom<DeviceType>("web", "desktop", "mobile", "speaker", "tv", "other");
const codec = fc.constantFrom<Codec>("vorbis", "aac");
const rendition = codec.chain((name) =>
  fc
    .record({ codec: fc.constant(name), tier: fc.constantFrom(...TIERS[name]) })
    .map((r): RenditionOption => ({ ...r, id: `${r.codec}${r.tier}` })),
);

describe("tiers", () => {
  test("the table of docs/architecture.md", () => {
    expect(allowedTiers("free", "web", "vorbis")).toEqual([24, 96]);
    expect(allowedTiers("free", "mobile", "aac")).toEqual([128]);
    expect(allowedTiers("free", "tv", "vorbis")).toEqual([24, 96, 160]);
    expect(allowedTiers("premium", "web", "vorbis")).toEqual([24, 96, 160, 320]);
    expect(allowedTiers("premium", "other", "aac")).toEqual([128, 256]);
  });
  test("a choice is always allowed, decodable and within the limit when anything is", () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(rendition, { selector: (r) => r.id }),
        plan,
        deviceType,
        fc.uniqueArray(codec),
        fc.constantFrom(0, 20_000, 96_000, 130_000, 320_000),
        fc.constantFrom("vorbis320", "vorbis96", "aac128", "x"),
        (renditions, ofPlan, onDevice, codecs, maxBitrateBps, preferredRenditionId) => {
          const choice = chooseRendition(renditions, {
            plan: ofPlan,
            deviceType: onDevice,
            codecs,
            maxBitrateBps,
            preferredRenditionId,
          });
          const decodable = renditions.filter((r) => codecs.includes(r.codec));
          const allowed = decodable.filter((r) => allowedTiers(ofPlan, onDevice, r.codec).includes(r.tier));
          if (choice.kind === "none") {
            expect(choice.reason).toBe(decodable.length === 0 ? "codec" : "plan");
            expect(allowed).toEqual([]);
            return;
          }
          expect(allowed).toContain(choice.rendition);
          const within = allowed.filter((r) => maxBitrateBps === 0 || r.tier * 1000 <= maxBitrateBps);
          if (within.length > 0) expect(within).toContain(choice.rendition);
          const preferred = within.find((r) => r.id === preferredRenditionId);
          if (preferred) expect(choice.rendition).toBe(preferred);
        },
      ),
    ));
});
