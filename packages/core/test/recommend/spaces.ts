import fc from "fast-check";
import { type ItemSpace, itemSpace } from "../../src/recommend/item-space";
import { randomStream } from "../../src/recommend/random";

/** `count` items around a few centers, the same for the same seed; ids are not in order. */
export function seededSpace(count: number, dimensions: number, seed: number): ItemSpace {
  const random = randomStream(seed);
  const centers = Array.from({ length: 20 * dimensions }, () => random.gaussian());
  const vectors = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row++) {
    const center = random.below(20) * dimensions;
    for (let c = 0; c < dimensions; c++)
      vectors[row * dimensions + c] = centers[center + c]! + 0.3 * random.gaussian();
  }
  const ids = Array.from({ length: count }, (_, row) => `trk_${((row * 7919 + 13) % 1_000_003) + 1_000_003}`);
  return itemSpace(ids, dimensions, vectors);
}

/** Small spaces on a coarse grid, so that many distances are equal, with a query on the grid. */
export function tiedSpaces(
  ...allowed: readonly number[]
): fc.Arbitrary<{ readonly space: ItemSpace; readonly query: Float32Array }> {
  const coordinate = fc.constantFrom(-1, -0.5, 0, 0.1, 0.5, 1, 1e-30, 1e15);
  return fc
    .tuple(
      fc.constantFrom(...(allowed.length > 0 ? allowed : [1, 2, 3, 8, 16])),
      fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 60 }),
    )
    .chain(([dimensions, ids]) =>
      fc.record({
        space: fc
          .array(coordinate, { minLength: ids.length * dimensions, maxLength: ids.length * dimensions })
          .map((numbers) => itemSpace(ids, dimensions, Float32Array.from(numbers))),
        query: fc
          .array(coordinate, { minLength: dimensions, maxLength: dimensions })
          .map((numbers) => Float32Array.from(numbers)),
      }),
    );
}
