/** Arbitrary scenarios: what happens is generated, so that a failure shrinks to the few happenings that matter. */
import fc from "fast-check";
import type { ByHand, Happening, Scenario } from "./simulate";

const device = fc.nat(3);
const shuffle = fc.boolean().map((on) => ({ type: "shuffle", on }) as const);
const add = fc.boolean().map((first) => ({ type: "add", first }) as const);
const volume = fc.constantFrom(0, 0.25, 0.5, 1);
const byHand: fc.Arbitrary<ByHand> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .constantFrom("play", "play", "pause", "next", "previous", "retry")
      .map((type) => ({ type }) as const),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("seek" as const), ms: fc.nat(29_000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("load" as const),
      count: fc.integer({ min: 1, max: 6 }),
      shuffle: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("skip_to" as const), place: fc.nat(5) }),
  },
  { weight: 1, arbitrary: shuffle },
  { weight: 1, arbitrary: add },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("slide" as const), volume }) },
);
const what: fc.Arbitrary<Happening["what"]> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("transfer" as const),
      to: device,
      force: fc.boolean(),
      play: fc.constantFrom(null, null, true, false),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("play_context" as const),
      on: fc.option(device, { nil: null }),
      count: fc.integer({ min: 1, max: 6 }),
      shuffle: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom("play", "pause").map((type) => ({ type }) as const),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("seek" as const),
      ms: fc.nat(29_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("skip" as const),
      by: fc.constantFrom(1 as const, -1 as const),
    }),
  },
  { weight: 9, arbitrary: byHand.map((act) => ({ type: "by_hand", act }) as const) },
  { weight: 1, arbitrary: shuffle },
  { weight: 1, arbitrary: add },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("volume" as const),
      of: device,
      volume,
    }),
  },
  { weight: 2, arbitrary: fc.constant({ type: "cut", ms: 0 } as const) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1_000, max: 40_000 }).map((ms) => ({ type: "partition", ms }) as const),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 500, max: 40_000 }).map((ms) => ({ type: "sleep", ms }) as const),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 500, max: 20_000 }).map((ms) => ({ type: "crash", ms }) as const),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("server_crash" as const),
      torn: fc.boolean(),
      ms: fc.integer({ min: 500, max: 20_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: "go_away" } as const) },
);

const happening: fc.Arbitrary<Happening> = fc.record({
  // Many things at once, and time in which they come to something.
  afterMs: fc.oneof(fc.nat(120), fc.nat(120), fc.nat(500), fc.nat(3_000), fc.nat(15_000), fc.nat(15_000)),
  device: fc.option(device, { nil: null, freq: 1 }),
  what,
});

/** Scenarios of 2 to 4 devices; half of them know no force, so that no overlap at all is lawful. */
export function arbitraryScenario(maxHappenings: number): fc.Arbitrary<Scenario> {
  return fc
    .record({
      seed: fc.nat(),
      happenings: fc.array(happening, { minLength: 1, maxLength: maxHappenings, size: "max" }),
      continues: fc.array(fc.constantFrom(false, false, true), { minLength: 2, maxLength: 4 }),
      forces: fc.boolean(),
    })
    .map(({ forces, happenings, ...rest }) => ({
      ...rest,
      happenings: forces ? happenings : happenings.map(withoutForce),
    }));
}

function withoutForce(each: Happening): Happening {
  return each.what.type === "transfer" ? { ...each, what: { ...each.what, force: false } } : each;
}
