import { realNumber, refuse } from "../refuse";
import { type Interaction, MAX_WEIGHT } from "./interactions";

/** What a listener did with an item. */
export type ListeningAct =
  | "play-through" /** heard for 80 % or more */
  | "play-part" /** heard for 30 seconds or more, below 80 % */
  | "skip" /** left within 30 seconds */
  | "save"
  | "playlist-add"
  | "artist-follow" /** counted for each known track of the artist */;

/** What each act counts, in plays. */
export const ACT_WEIGHTS: Readonly<Record<ListeningAct, number>> = {
  "play-through": 1,
  "play-part": 0.5,
  skip: -0.5,
  save: 4,
  "playlist-add": 3,
  "artist-follow": 0.5,
};

/** Which act a play was. Both in milliseconds. A skip is below 30 s and below 80 %. */
export function actOfPlay(playedMs: number, durationMs: number): "play-through" | "play-part" | "skip" {
  realNumber("playedMs", playedMs, 0, Number.MAX_SAFE_INTEGER);
  if (durationMs > 0 && playedMs >= 0.8 * durationMs) return "play-through";
  return playedMs >= 30_000 ? "play-part" : "skip";
}

/** One act. */
export interface ListeningEvent {
  readonly user: string;
  readonly item: string;
  readonly act: ListeningAct;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

const DAY_MS = 86_400_000;

/** How acts become taste. */
export interface TasteOptions {
  /** The time for which taste is computed, milliseconds since 1970. Later events count as of now. */
  readonly nowMs: number;
  /** Days after which an act counts half; default 90. */
  readonly halfLifeDays?: number;
  /** What a second and later play of one item by one user on one UTC day counts of a first; default 0.5. */
  readonly repeatShare?: number;
}

/** Net taste of users for items, in plays: r = Σ weight · 2^(−age / half-life). */
export interface NetTaste {
  readonly user: string;
  readonly item: string;
  readonly net: number;
}

/**
 * Adds up what each user did with each item. The order of events does not matter: they are sorted first, and of the plays of
 * one day the strongest counts whole. Throws `invalid_argument` for a time that is not finite.
 */
export function netTaste(events: Iterable<ListeningEvent>, options: TasteOptions): NetTaste[] {
  const halfLife = realNumber("halfLifeDays", options.halfLifeDays ?? 90, 1e-3, 1e6);
  const repeat = realNumber("repeatShare", options.repeatShare ?? 0.5, 0, 1);
  const pairs = new Map<string, ListeningEvent[]>();
  for (const event of events) {
    if (!Number.isFinite(event.atMs)) refuse(`An event of ${event.user} has no time.`);
    if (!Object.hasOwn(ACT_WEIGHTS, event.act)) refuse(`There is no act ${event.act}.`);
    const key = JSON.stringify([event.user, event.item]);
    const list = pairs.get(key);
    if (list) list.push(event);
    else pairs.set(key, [event]);
  }
  return [...pairs.values()].map((list) => {
    const played = new Set<number>();
    // Of equal weight the later first, so that a tie has one outcome as well.
    list.sort((a, b) => ACT_WEIGHTS[b.act] - ACT_WEIGHTS[a.act] || b.atMs - a.atMs);
    let net = 0;
    for (const { act, atMs } of list) {
      let weight = ACT_WEIGHTS[act];
      if (act === "play-through" || act === "play-part") {
        const day = Math.floor(atMs / DAY_MS);
        if (played.has(day)) weight *= repeat;
        played.add(day);
      }
      const ageDays = Math.max(0, options.nowMs - atMs) / DAY_MS;
      net += weight * 2 ** (-ageDays / halfLife);
    }
    return { user: list[0]!.user, item: list[0]!.item, net };
  });
}

/** How net taste becomes confidence. */
export interface ConfidenceOptions {
  /** How fast confidence grows; default 1. */
  readonly alpha?: number;
  /** Plays at which the logarithm begins to bend; default 1. For counts of whole artists about 100. */
  readonly epsilon?: number;
}

/**
 * Confidence from net taste: c = 1 + α·ln(1 + r/ε) for r > 0, divided by the mean of all positive ones, so that the
 * strength of regularization keeps its meaning; for r < 0 the item counts as not wanted, with |r|, at most 1. Pairs
 * with r = 0 are left out. (Hu, Koren and Volinsky 2008, §4.) Throws `invalid_argument` for taste that is not finite.
 */
export function confidences(taste: Iterable<NetTaste>, options: ConfidenceOptions = {}): Interaction[] {
  const alpha = realNumber("alpha", options.alpha ?? 1, 0, 1e3);
  const epsilon = realNumber("epsilon", options.epsilon ?? 1, 1e-6, 1e9);
  const raw: Interaction[] = [];
  let sum = 0;
  let count = 0;
  for (const { user, item, net } of taste) {
    if (!Number.isFinite(net)) refuse(`The taste of ${user} for ${item} is ${net}.`);
    // Below this a decayed act says nothing, and its weight would vanish in float32.
    if (Math.abs(net) < 1e-9) continue;
    const weight = net > 0 ? 1 + alpha * Math.log1p(net / epsilon) : -Math.min(1, -net);
    if (net > 0) {
      sum += weight;
      count++;
    }
    raw.push({ user, item, weight });
  }
  const mean = count === 0 ? 1 : sum / count;
  return raw.map((entry) =>
    entry.weight > 0 ? { ...entry, weight: Math.min(entry.weight / mean, MAX_WEIGHT) } : entry,
  );
}
