import { idFromBytes, type UserId } from "@segue/core";
import { DEMO_SEED, demoBytes } from "./catalog";
import { between, createRng, pick } from "./rng";
import { FIRST, GENRES, LAST } from "./words";

/** A synthetic listener and what they like. */
export interface DemoListener {
  readonly id: UserId;
  readonly name: string;
  readonly login: string;
  readonly market: string;
  readonly plan: "free" | "premium";
  /** Weight by genre; they add up to 1. */
  readonly genres: Readonly<Record<string, number>>;
  /** Preferred energy and valence, 0 to 1. */
  readonly energy: number;
  readonly valence: number;
  /** How often they try something outside their genres, 0 to 1. */
  readonly curiosity: number;
}

/** Draws the listeners: the same on every machine. */
export function drawListeners(count = 300): readonly DemoListener[] {
  const rng = createRng(DEMO_SEED + 3);
  const all = Object.keys(GENRES);
  return Array.from({ length: count }, (_, index) => {
    const liked = new Set<string>();
    while (liked.size < 2 + (index % 3)) liked.add(pick(rng, all));
    const weights = [...liked].map((genre) => [genre, 0.2 + rng()] as const);
    const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
    return {
      id: idFromBytes("user", demoBytes("listener", index)),
      name: `${pick(rng, FIRST)} ${pick(rng, LAST)}`,
      login: `listener-${String(index + 1).padStart(3, "0")}`,
      market: pick(rng, ["SE", "DE", "US", "BR", "JP", "GB", "FR", "NG"]),
      plan: rng() < 0.4 ? "premium" : "free",
      genres: Object.fromEntries(
        weights.map(([genre, weight]) => [genre, Math.round((weight / total) * 1000) / 1000]),
      ),
      energy: Math.round(between(rng, 0.1, 0.9) * 100) / 100,
      valence: Math.round(between(rng, 0.1, 0.9) * 100) / 100,
      curiosity: Math.round(rng() * 100) / 100,
    };
  });
}
