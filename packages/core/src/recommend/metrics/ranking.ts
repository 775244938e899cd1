/** How good one ranked list is for one user. Lists hold each item once; `relevant` is what the user really wanted. */
import { wholeNumber } from "../refuse";

type Ranked = ArrayLike<unknown>;
type Relevant = ReadonlySet<unknown>;

/** How many of the first `k` are relevant. */
export function hitsAt(ranked: Ranked, relevant: Relevant, k: number): number {
  wholeNumber("k", k, 1, 2 ** 31 - 1);
  let hits = 0;
  for (let at = 0; at < Math.min(k, ranked.length); at++) if (relevant.has(ranked[at])) hits++;
  return hits;
}

/** Share of the first `k` places that are relevant; places beyond the list's end count as misses. */
export const precisionAt = (ranked: Ranked, relevant: Relevant, k: number): number =>
  hitsAt(ranked, relevant, k) / k;

/**
 * Share of what is relevant among the first `k`. Papers disagree about the denominator: `relevant` divides by |relevant|;
 * `reachable` by min(k, |relevant|), so that a perfect list always reaches 1 (Liang et al. 2018). 0 when nothing is relevant.
 */
export function recallAt(
  ranked: Ranked,
  relevant: Relevant,
  k: number,
  denominator: "relevant" | "reachable" = "relevant",
): number {
  const hits = hitsAt(ranked, relevant, k);
  const all = denominator === "relevant" ? relevant.size : Math.min(k, relevant.size);
  return all === 0 ? 0 : hits / all;
}

/**
 * Discounted gain of the first `k`, Σ 1/log2(place + 1) over hits with places from 1, divided by that of a perfect list
 * (Järvelin and Kekäläinen 2002, binary gains). 0 when nothing is relevant.
 */
export function ndcgAt(ranked: Ranked, relevant: Relevant, k: number): number {
  wholeNumber("k", k, 1, 2 ** 31 - 1);
  let gain = 0;
  let best = 0;
  for (let at = 0; at < Math.min(k, ranked.length); at++)
    if (relevant.has(ranked[at])) gain += 1 / Math.log2(at + 2);
  for (let at = 0; at < Math.min(k, relevant.size); at++) best += 1 / Math.log2(at + 2);
  return best === 0 ? 0 : gain / best;
}

/** Share of the first |relevant| places that are relevant. 0 when nothing is relevant. */
export function rPrecision(ranked: Ranked, relevant: Relevant): number {
  return relevant.size === 0 ? 0 : hitsAt(ranked, relevant, relevant.size) / relevant.size;
}

/** Items on one page, and the pages that are looked at, in `clicks`. */
const PAGE = 10;
const PAGES = 50;

/**
 * How often a listener asks for ten more until the first relevant item shows: 0 when it is among the first ten; 51 when none is
 * among the first 500 (Spotify's Million Playlist challenge, Zamani et al. 2019).
 */
export function clicks(ranked: Ranked, relevant: Relevant): number {
  for (let at = 0; at < Math.min(PAGE * PAGES, ranked.length); at++)
    if (relevant.has(ranked[at])) return Math.floor(at / PAGE);
  return PAGES + 1;
}
