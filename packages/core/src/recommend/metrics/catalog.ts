/** How a set of lists, one per user, treats the catalog. Items are row numbers from 0. */
import { refuse, wholeNumber } from "../refuse";

/** How often each of `itemCount` items occurs in `lists`. Throws `invalid_argument` for a row that is none. */
export function exposure(lists: Iterable<ArrayLike<number>>, itemCount: number): Float64Array {
  wholeNumber("itemCount", itemCount, 0, 2 ** 31 - 1);
  const counts = new Float64Array(itemCount);
  for (const list of lists)
    for (let at = 0; at < list.length; at++) {
      const row = list[at]!;
      if (!(row in counts)) refuse(`There is no item ${row}; the catalog has ${itemCount}.`);
      counts[row]!++;
    }
  return counts;
}

/** Share of the catalog that is recommended to anybody, 0 to 1. 0 for an empty catalog. */
export function coverage(counts: ArrayLike<number>): number {
  let shown = 0;
  for (let row = 0; row < counts.length; row++) if (counts[row]! > 0) shown++;
  return counts.length === 0 ? 0 : shown / counts.length;
}

/**
 * Gini index of exposure: 0 when every item is recommended equally often, near 1 when one item gets everything.
 * 0 when nothing is recommended.
 */
export function gini(counts: ArrayLike<number>): number {
  const sorted = Float64Array.from(counts).sort();
  let sum = 0;
  let ranked = 0;
  for (const [index, count] of sorted.entries()) {
    if (!(count >= 0)) refuse(`A count is ${count}.`);
    sum += count;
    ranked += (index + 1) * count;
  }
  const n = sorted.length;
  return sum === 0 ? 0 : (2 * ranked) / (n * sum) - (n + 1) / n;
}

/**
 * Mean surprise of a list, in bits: −log2 of the share of users who already know the item. An item that nobody knows counts as
 * one that a single user knows. (Castells, Hurley and Vargas 2015.) 0 for an empty list.
 */
export function novelty(list: ArrayLike<number>, knownBy: ArrayLike<number>, userCount: number): number {
  wholeNumber("userCount", userCount, 1, 2 ** 53 - 1);
  let bits = 0;
  for (let at = 0; at < list.length; at++) {
    const known = knownBy[list[at]!];
    if (known === undefined || !(known >= 0 && known <= userCount))
      refuse(`Item ${list[at]} is known by ${known} users.`);
    bits -= Math.log2(Math.max(1, known as number) / userCount);
  }
  return list.length === 0 ? 0 : bits / list.length;
}
