import type { RandomStream } from "../random";
import { shuffle } from "../random";
import { realNumber } from "../refuse";

/** Entries that a model may see, and those it is measured by. */
export interface Split<T> {
  readonly train: readonly T[];
  readonly test: readonly T[];
}

/** Puts a random `share` (0 to 1) of all entries aside. The order of `entries` decides, so sort them first. */
export function splitRandom<T>(entries: readonly T[], share: number, random: RandomStream): Split<T> {
  realNumber("share", share, 0, 1);
  const order = shuffle(Array.from(entries.keys()), random);
  const count = Math.round(entries.length * share);
  const aside = new Set(order.slice(0, count));
  return {
    train: entries.filter((_, index) => !aside.has(index)),
    test: entries.filter((_, index) => aside.has(index)),
  };
}

/**
 * Puts the latest `share` of all entries aside: nothing in `train` is later than anything in `test`, so a model never sees the
 * future. Entries of the same time as the cut stay in `train`.
 */
export function splitByTime<T extends { readonly atMs: number }>(
  entries: readonly T[],
  share: number,
): Split<T> {
  realNumber("share", share, 0, 1);
  const times = Float64Array.from(entries, (entry) => entry.atMs).sort();
  const kept = Math.round(entries.length * (1 - share));
  const cut = kept === 0 ? Number.NEGATIVE_INFINITY : times[kept - 1]!;
  return { train: entries.filter((e) => e.atMs <= cut), test: entries.filter((e) => e.atMs > cut) };
}

/**
 * Puts all entries of a random `share` of users aside, for strong generalization: their vectors are folded in from one part of
 * their entries and measured by the other.
 */
export function splitUsers<T extends { readonly user: string }>(
  entries: readonly T[],
  share: number,
  random: RandomStream,
): Split<T> {
  realNumber("share", share, 0, 1);
  const users = shuffle([...new Set(entries.map((entry) => entry.user))].sort(), random);
  const aside = new Set(users.slice(0, Math.round(users.length * share)));
  return { train: entries.filter((e) => !aside.has(e.user)), test: entries.filter((e) => aside.has(e.user)) };
}
