import { extendSeed, seedOf } from "../random";
import { refuse } from "../refuse";
import type { Reason, Signal } from "../selection/reason";
import type { TrackTable } from "../selection/track-table";

/** What one source proposes, the best first. */
export interface Proposals {
  readonly signal: Signal;
  /** Rows of the table. */
  readonly rows: ArrayLike<number>;
  /** Higher is better; comparable within the source alone. Finite. */
  readonly scores: ArrayLike<number>;
  /** Why this row; asked for the chosen ones alone. */
  readonly reason: (row: number) => Reason;
}

/** A track that passed the filters, with what it is worth. */
export interface Discovery {
  readonly row: number;
  readonly proposals: Proposals;
  /** Standard score of the prediction within its source. */
  readonly prediction: number;
  /** 0 to 1. */
  readonly novelty: number;
  readonly value: number;
}

export interface ValueOptions {
  readonly table: TrackTable;
  /** Artists that the listener heard before, as numbers of the table. */
  readonly knownArtists: ReadonlySet<number>;
  /** Unit vectors of the table's rows. */
  readonly vectors: Float32Array;
  /** Unit vectors of the listener's tastes; none for a listener without. */
  readonly centers: readonly Float32Array[];
  /** Decides the small part of chance: the same seed, the same values. */
  readonly seed: number;
}

const PREDICTION = 0.75;
const NOVELTY = 0.25;
/** Largest change of a value by chance, so that two weeks without new listening do not repeat a list. */
const CHANCE = 0.05;

/**
 * Values what the sources propose: 0.75 · z(prediction) + 0.25 · novelty, with novelty = 0.5 · rarity + 0.3 · [artist not heard
 * before] + 0.2 · (1 − largest cosine to the listener's tastes) (Vargas and Castells 2011). z is taken within a source over its
 * proposals that are `eligible`; a track of several sources keeps its highest. Throws `invalid_argument` for a score that is not finite.
 */
export function discoveries(
  sources: readonly Proposals[],
  eligible: (row: number) => boolean,
  options: ValueOptions,
): readonly Discovery[] {
  const best = new Map<number, { readonly proposals: Proposals; readonly prediction: number }>();
  for (const proposals of sources) {
    const places: number[] = [];
    for (let i = 0; i < proposals.rows.length; i++) {
      const score = proposals.scores[i]!;
      if (!Number.isFinite(score))
        refuse(`The ${proposals.signal} score of row ${proposals.rows[i]} is ${score}.`);
      if (eligible(proposals.rows[i]!)) places.push(i);
    }
    const { mean, deviation } = moments(places.map((i) => proposals.scores[i]!));
    for (const i of places) {
      const prediction = deviation > 0 ? (proposals.scores[i]! - mean) / deviation : 0;
      const row = proposals.rows[i]!;
      const held = best.get(row);
      if (!held || prediction > held.prediction) best.set(row, { proposals, prediction });
    }
  }
  const chances = seedOf(options.seed);
  return [...best].map(([row, { proposals, prediction }]) => {
    const novelty = noveltyOf(row, options);
    const value =
      PREDICTION * prediction +
      NOVELTY * novelty +
      (CHANCE * extendSeed(chances, options.table.ids[row]!)) / 2 ** 32;
    return { row, proposals, prediction, novelty, value };
  });
}

function moments(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
  return { mean, deviation: Math.sqrt(square) };
}

function noveltyOf(row: number, { table, knownArtists, vectors, centers }: ValueOptions): number {
  let familiar = 0;
  for (const center of centers) {
    let cosine = 0;
    for (let c = 0, at = row * center.length; c < center.length; c++) cosine += vectors[at + c]! * center[c]!;
    familiar = Math.max(familiar, cosine);
  }
  const fresh = knownArtists.has(table.artists[row]!) ? 0 : 1;
  return 0.5 * table.rarity[row]! + 0.3 * fresh + 0.2 * (1 - Math.min(1, familiar));
}
