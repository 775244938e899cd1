import { seedOf } from "../random";
import { refuse } from "../refuse";
import { innerProducts } from "../selection/inner-products";
import type { Artists } from "../selection/listener";
import { NumberTable } from "../selection/number-table";
import type { Reason, Signal } from "../selection/reason";
import { type Scratch, withScratch } from "../selection/scratch";
import { extendSeedBySpelling } from "../tracks/spellings";
import type { TrackTable } from "../tracks/track-table";

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
  readonly knownArtists: Artists;
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

/** Tracks that passed the filters, in columns: the first `count` places of each. */
export interface DiscoveryColumns {
  count: number;
  readonly rows: Int32Array;
  /** Which of the sources proposes it. */
  readonly sources: Int32Array;
  readonly predictions: Float64Array;
  readonly novelties: Float64Array;
  readonly values: Float64Array;
}

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
  return withScratch((scratch) => {
    const columns = valuedColumns(sources, eligible, options, scratch);
    return Array.from({ length: columns.count }, (_, place) => discoveryAt(columns, sources, place));
  });
}

/** One of `valuedColumns(sources, …)`. */
export const discoveryAt = (
  columns: DiscoveryColumns,
  sources: readonly Proposals[],
  place: number,
): Discovery => ({
  row: columns.rows[place]!,
  proposals: sources[columns.sources[place]!]!,
  prediction: columns.predictions[place]!,
  novelty: columns.novelties[place]!,
  value: columns.values[place]!,
});

/** `discoveries` in columns, for whoever looks at few of them. */
export function valuedColumns(
  sources: readonly Proposals[],
  eligible: (row: number) => boolean,
  options: ValueOptions,
  scratch: Scratch,
): DiscoveryColumns {
  const columns = predictedColumns(sources, eligible, options.table.ids.length, scratch);
  const { count, novelties, predictions, rows, values } = columns;
  const { spellings } = options.table;
  writeNovelties(columns, options, scratch);
  const chances = seedOf(options.seed);
  for (let place = 0; place < count; place++)
    values[place] =
      PREDICTION * predictions[place]! +
      NOVELTY * novelties[place]! +
      (CHANCE * extendSeedBySpelling(chances, spellings, rows[place]!)) / 2 ** 32;
  return columns;
}

/** Every eligible row once, with its best prediction and the source of that. */
function predictedColumns(
  proposed: readonly Proposals[],
  eligible: (row: number) => boolean,
  size: number,
  scratch: Scratch,
): DiscoveryColumns {
  const most = proposed.reduce((sum, { rows }) => sum + rows.length, 0);
  const columns = {
    count: 0,
    rows: scratch.int32(most),
    sources: scratch.int32(most),
    predictions: scratch.float64(most),
    novelties: scratch.float64(most),
    values: scratch.float64(most),
  };
  const placeOf = new NumberTable(most, scratch);
  const open = scratch.int32(proposed.reduce((longest, { rows }) => Math.max(longest, rows.length), 0));
  for (const [source, { rows, scores, signal }] of proposed.entries()) {
    let count = 0;
    for (let i = 0; i < rows.length; i++) {
      if (!Number.isFinite(scores[i]!)) refuse(`The ${signal} score of row ${rows[i]} is ${scores[i]}.`);
      if (!(rows[i]! >= 0 && rows[i]! < size)) refuse(`${rows[i]} is not a row of the table.`);
      if (eligible(rows[i]!)) open[count++] = i;
    }
    const { mean, deviation } = moments(scores, open, count);
    for (let at = 0; at < count; at++) {
      const row = rows[open[at]!]!;
      const prediction = deviation > 0 ? (scores[open[at]!]! - mean) / deviation : 0;
      let place = placeOf.get(row);
      if (place < 0) {
        place = columns.count++;
        placeOf.set(row, place);
      } else if (prediction <= columns.predictions[place]!) continue;
      columns.rows[place] = row;
      columns.sources[place] = source;
      columns.predictions[place] = prediction;
    }
  }
  return columns;
}

/** Of the first `count` of `places`. A product and not a power, which engines may round each in their own way. */
function moments(
  values: ArrayLike<number>,
  places: Int32Array,
  count: number,
): { readonly mean: number; readonly deviation: number } {
  let sum = 0;
  for (let at = 0; at < count; at++) sum += values[places[at]!]!;
  const mean = sum / Math.max(1, count);
  let squares = 0;
  for (let at = 0; at < count; at++) squares += (values[places[at]!]! - mean) * (values[places[at]!]! - mean);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, count)) };
}

function writeNovelties(
  { count, novelties, rows }: DiscoveryColumns,
  { centers, knownArtists, table, vectors }: ValueOptions,
  scratch: Scratch,
): void {
  const familiar = scratch.float64(count);
  const cosines = scratch.float64(count);
  for (const center of centers) {
    innerProducts(vectors, center.length, rows, 0, count, center, 0, cosines);
    for (let place = 0; place < count; place++) familiar[place] = Math.max(familiar[place]!, cosines[place]!);
  }
  for (let place = 0; place < count; place++) {
    const row = rows[place]!;
    const fresh = knownArtists.has(table.artists[row]!) ? 0 : 1;
    novelties[place] = 0.5 * table.rarity[row]! + 0.3 * fresh + 0.2 * (1 - Math.min(1, familiar[place]!));
  }
}
