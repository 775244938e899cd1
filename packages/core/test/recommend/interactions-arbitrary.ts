import fc from "fast-check";
import { buildInteractions, type Interaction, type Interactions } from "../../src/recommend/cf/interactions";

/** A few users and items with positive and negative weights; some without any. */
export function smallInteractions(): fc.Arbitrary<Interactions> {
  return fc
    .record({ users: fc.integer({ min: 1, max: 9 }), items: fc.integer({ min: 1, max: 8 }) })
    .chain(({ users, items }) => {
      const entry: fc.Arbitrary<Interaction> = fc.record({
        user: fc.nat(users - 1).map((n) => `u${n}`),
        item: fc.nat(items - 1).map((n) => `i${n}`),
        weight: fc.oneof(
          fc.double({ min: 0.1, max: 4, noNaN: true }),
          fc.double({ min: -1, max: -0.1, noNaN: true }),
        ),
      });
      const names = (letter: string, count: number) =>
        Array.from({ length: count }, (_, n) => `${letter}${n}`);
      return fc
        .array(entry, { maxLength: 40 })
        .map((entries) => buildInteractions(entries, { users: names("u", users), items: names("i", items) }));
    });
}
