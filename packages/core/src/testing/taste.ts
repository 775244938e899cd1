import type { Interaction } from "../recommend/cf/interactions";
import { type RandomStream, randomStream } from "../recommend/random";

/** How an invented audience listens. */
export interface TasteOptions {
  readonly users: number;
  readonly items: number;
  /** Kinds of music. Users and items belong to one each. */
  readonly clusters: number;
  /** Items a user plays, on average; between half and one and a half times as many. */
  readonly playsPerUser: number;
  /** Share of plays outside the user's own kind: 0 to 1. */
  readonly stray: number;
  /** Exponent of popularity: 0 makes all items alike, 1 is Zipf's law. */
  readonly popularitySkew: number;
  readonly seed: number;
}

export const DEFAULT_TASTE: TasteOptions = {
  users: 500,
  items: 400,
  clusters: 8,
  playsPerUser: 30,
  stray: 0.15,
  popularitySkew: 0.8,
  seed: 1,
};

/** An invented audience with the truth about it. */
export interface InventedTaste {
  readonly interactions: readonly Interaction[];
  /** The kind of user `u<n>` at n, and of item `i<n>`. */
  readonly userCluster: Int32Array;
  readonly itemCluster: Int32Array;
}

/** Draws a place in proportion to `weights`, given their running sums. */
function drawFrom(sums: Float64Array, random: RandomStream): number {
  const target = random.unit() * sums[sums.length - 1]!;
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Users of several kinds who play mostly items of their own kind, popular ones more often. The same options give the same
 * audience.
 */
export function inventTaste(options: Partial<TasteOptions> = {}): InventedTaste {
  const { users, items, clusters, playsPerUser, stray, popularitySkew, seed } = {
    ...DEFAULT_TASTE,
    ...options,
  };
  const random = randomStream(seed);
  const itemCluster = Int32Array.from({ length: items }, (_, item) => item % clusters);
  const userCluster = Int32Array.from({ length: users }, (_, user) => user % clusters);
  // The n-th item of each kind has rank n, so every kind has popular and rare ones.
  const appeal = Array.from(
    { length: items },
    (_, item) => (Math.floor(item / clusters) + 1) ** -popularitySkew,
  );
  const running = (rows: readonly number[]) => {
    let sum = 0;
    return { rows, sums: Float64Array.from(rows, (row) => (sum += appeal[row]!)) };
  };
  const everything = running([...new Array(items).keys()]);
  const kinds = Array.from({ length: clusters }, (_, kind) =>
    running(everything.rows.filter((row) => itemCluster[row] === kind)),
  );
  const interactions: Interaction[] = [];
  for (let user = 0; user < users; user++) {
    const wanted = Math.min(Math.round(playsPerUser * (0.5 + random.unit())), Math.floor(items / 2));
    const played = new Set<number>();
    // Bounded: a small kind may have no more items than are wanted.
    for (let attempt = 0; played.size < wanted && attempt < 50 * wanted; attempt++) {
      const from = random.unit() < stray ? everything : kinds[userCluster[user]!]!;
      const item = from.rows[drawFrom(from.sums, random)]!;
      if (played.has(item)) continue;
      played.add(item);
      interactions.push({ user: `u${user}`, item: `i${item}`, weight: 0.5 + random.unit() });
    }
  }
  return { interactions, userCluster, itemCluster };
}
