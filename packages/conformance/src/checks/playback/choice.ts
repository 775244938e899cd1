/** Which rendition a grant names. */
import fc from "fast-check";
import { tiersOf } from "../../models/tiers";
import { check, type Step } from "../../runner/check";
import type { Execution } from "../../runner/execution";
import { askGrants, type CodecName, readGrant } from "../grants";
import { DEVICE_TYPES, type DeviceType } from "../register";
import { Cast } from "./grants";

interface ChoiceStep extends Step {
  readonly do: "choose";
  readonly plan: "free" | "premium";
  readonly type: DeviceType;
  readonly track: number;
  /** Cap in bits per second; 0 for none. */
  readonly cap: number;
  /** Tier of the rendition that is preferred; 0 for none. */
  readonly preferredTier: number;
}

interface State {
  readonly cast: Cast;
  /** Vorbis renditions of a track by tier. */
  readonly known: Map<number, ReadonlyMap<number, string>>;
}

/** Learns the renditions of a track: a premium listener asks under every cap. */
async function renditionsOf(
  run: Execution,
  { cast, known }: State,
  track: number,
): Promise<ReadonlyMap<number, string>> {
  const held = known.get(track);
  if (held) return held;
  const listener = await cast.listener("premium");
  const device = await cast.device("premium", "desktop");
  const found = new Map<number, string>();
  for (const tier of [24, 96, 160, 320]) {
    const ask = {
      trackIds: [run.subject.facts.playable[track]!.id],
      codecs: ["vorbis"] as CodecName[],
      maxBitrateBps: tier * 1000,
    };
    const grant = readGrant((await askGrants(run, listener, device.id, ask)).json?.results?.[0]);
    if (grant) found.set(grant.tier, grant.renditionId);
  }
  known.set(track, found);
  return found;
}

const CAPS = [0, 1, 23_999, 24_000, 95_999, 96_000, 96_001, 159_999, 160_000, 319_999, 320_000, 4_000_000];

export const renditionChoice = check<ChoiceStep, State>({
  id: "playback/choice",
  title: "The granted rendition is the preferred one, or the best that plan, device and cap allow",
  requirements: ["PLAY-005", "PLAY-006", "PLAY-007"],
  runs: 10,
  unless: (facts) => (facts.playable.length === 0 ? "the catalog has no playable track" : null),
  steps: ({ playable }) =>
    fc.array(
      fc.record({
        do: fc.constant("choose" as const),
        plan: fc.constantFrom("free" as const, "premium" as const),
        type: fc.constantFrom(...DEVICE_TYPES),
        track: fc.nat(Math.min(playable.length, 4) - 1),
        cap: fc.oneof(fc.constant(0), fc.constantFrom(...CAPS)),
        preferredTier: fc.oneof(fc.constant(0), fc.constantFrom(24, 96, 160, 320)),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  begin: async (run) => ({ cast: new Cast(run), known: new Map() }),
  async perform(run, state, { plan, type, track, cap, preferredTier }) {
    const existing = await renditionsOf(run, state, track);
    const allowed = [...existing.keys()]
      .filter((tier) => tiersOf(plan, type, "vorbis").includes(tier))
      .sort((a, b) => a - b);
    if (allowed.length === 0) return;
    const within = allowed.filter((tier) => cap === 0 || tier * 1000 <= cap);
    const listener = await state.cast.listener(plan);
    const device = await state.cast.device(plan, type);
    const answer = await askGrants(run, listener, device.id, {
      trackIds: [run.subject.facts.playable[track]!.id],
      codecs: ["vorbis"],
      maxBitrateBps: cap,
      preferred: [existing.get(preferredTier)],
    });
    const tier = readGrant(answer.json?.results?.[0])?.tier;
    const about = `${plan}, ${type}${cap ? `, at most ${cap} bps` : ""}${existing.has(preferredTier) ? `, ${preferredTier} kbps preferred` : ""}`;
    if (within.length === 0) run.same("PLAY-007", tier, allowed[0], `(${about})`);
    else if (existing.has(preferredTier) && within.includes(preferredTier))
      run.same("PLAY-005", tier, preferredTier, `(${about})`);
    else run.same("PLAY-006", tier, within.at(-1), `(${about})`);
  },
});
