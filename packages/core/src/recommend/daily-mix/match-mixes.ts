import { leastCostAssignment } from "../clusters/assignment";
import { refuse } from "../refuse";

/** What is remembered of a mix, so that next week's goes on under its name. */
export interface KnownMix {
  /** A small whole number that stays: "Daily Mix 2". */
  readonly identity: number;
  /** Unit vector of its cluster. */
  readonly center: Float32Array;
}

/** Below this cosine a cluster is something new and not the old mix. */
const SAME_MIX = 0.5;

/**
 * Identities for new clusters: those of the mixes before are given out so that the sum of cosines is largest (Hungarian method), a pair
 * below a cosine of 0.5 stays apart, and what is left takes the lowest free numbers from 1.
 */
export function matchMixes(centers: readonly Float32Array[], before: readonly KnownMix[]): readonly number[] {
  if (new Set(before.map(({ identity }) => identity)).size !== before.length)
    refuse("Two mixes have one identity.");
  const cosines = centers.map((center) => before.map((mix) => cosine(center, mix.center)));
  const columns = leastCostAssignment(cosines.map((row) => row.map((value) => 1 - value)));
  const used = new Set<number>();
  const kept = columns.map((column, row) => {
    if (column < 0 || cosines[row]![column]! < SAME_MIX) return null;
    const { identity } = before[column]!;
    used.add(identity);
    return identity;
  });
  let free = 1;
  return kept.map((identity) => {
    if (identity !== null) return identity;
    while (used.has(free)) free++;
    used.add(free);
    return free;
  });
}

function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return -1;
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
