/**
 * 16-bit copies of rows and the bound on what they get wrong.
 *
 * A row x becomes the whole numbers q = round(s · x), s = 32767 / (longest row), so that |s · x − q| = e is known.
 * A query u becomes p = round(t · u) with f = |t · u − p|. For their inner products
 * |s · t · (u · x) − p · q| ≤ |p| · e + f · |q| + f · e (Cauchy and Schwarz). Products and sums of p and q are exact in
 * 32 bits, for |p| · |q| stays below 2^31.
 */
import type { ItemSpace } from "../item-space";
import type { IdOrder } from "./id-order";

const STEPS = 32_767;
/** Rows of a group: one per lane. */
export const GROUP = 4;
/** Rows of a tile, as in the kernel. */
export const TILE_ROWS = 128;

/** What a slot without a row holds. */
export const NO_ROW = 0xffff_ffff;

/** What is known of all rows together. */
export interface QuantizedRows {
  readonly scale: number;
  /** Largest length of a 16-bit row, and of what rounding took from one. */
  readonly longest: number;
  readonly largestError: number;
}

/** Where a kernel wants its copies. */
export interface RowPlaces {
  /** Groups of four rows; per pair of dimensions four times two numbers. Zeroed. */
  readonly quantized: Int16Array;
  readonly floats: Float32Array;
  readonly ranks: Uint32Array;
  readonly tileLengths: Float32Array;
}

/** Pairs of dimensions, the last one padded. */
export const pairsOf = (dimensions: number): number => Math.ceil(dimensions / 2);
/** Groups for `size` rows: a multiple of 4, since the kernel takes up to four at once. */
export const groupsOf = (size: number): number => Math.ceil(size / (4 * GROUP)) * 4;
export const tilesOf = (size: number): number => Math.ceil((groupsOf(size) * GROUP) / TILE_ROWS);

/** Rows from the longest on, equal ones by id: what is short comes late and can often be skipped. */
export function slotsByLength(space: ItemSpace, order: IdOrder): Uint32Array {
  const { dimensions, vectors } = space;
  const lengths = Float64Array.from(order.rowOfRank, (_, row) =>
    lengthOf(vectors, row * dimensions, dimensions),
  );
  const { rankOfRow } = order;
  return order.rowOfRank.slice().sort((a, b) => lengths[b]! - lengths[a]! || rankOfRow[a]! - rankOfRow[b]!);
}

/** Fills `places` with the rows of `space` in the order of `rowOfSlot`, which may leave slots free. */
export function quantizeRows(
  space: ItemSpace,
  order: IdOrder,
  rowOfSlot: Uint32Array,
  places: RowPlaces,
): QuantizedRows {
  const { dimensions, vectors } = space;
  let longestRow = 0;
  for (let row = 0; row < space.ids.length; row++)
    longestRow = Math.max(longestRow, lengthOf(vectors, row * dimensions, dimensions));
  const scale = scaleFor(longestRow);
  const groupNumbers = pairsOf(dimensions) * 2 * GROUP;
  let longest = 0;
  let largestError = 0;
  for (let slot = 0; slot < rowOfSlot.length; slot++) {
    const row = rowOfSlot[slot]!;
    if (row === NO_ROW) continue;
    const from = row * dimensions;
    const group = Math.floor(slot / GROUP) * groupNumbers + (slot % GROUP) * 2;
    let square = 0;
    let errorSquare = 0;
    for (let c = 0; c < dimensions; c++) {
      const value = vectors[from + c]!;
      places.floats[slot * dimensions + c] = value;
      const step = Math.round(value * scale);
      places.quantized[group + (c >> 1) * 2 * GROUP + (c & 1)] = step;
      square += step * step;
      errorSquare += (value * scale - step) ** 2;
    }
    places.ranks[slot] = order.rankOfRow[row]!;
    const tile = Math.floor(slot / TILE_ROWS);
    places.tileLengths[tile] = Math.max(places.tileLengths[tile]!, Math.sqrt(square));
    longest = Math.max(longest, Math.sqrt(square));
    largestError = Math.max(largestError, Math.sqrt(errorSquare));
  }
  return { scale, longest, largestError };
}

/** A query's 16-bit copy: how long it is, and how far below the k-th best first score one of the k best can be. */
export interface QuantizedQuery {
  readonly length: number;
  /** Whole; infinite when 32 bits cannot tell scores of such magnitudes apart. */
  readonly margin: number;
}

/**
 * Writes the 16-bit copy of the query at `from` into `into`, pairs of dimensions `stride` numbers apart.
 * Final scores are rounded to 32 bits: by 2^-24 of themselves, or 2^-150 where floats end.
 */
export function quantizeQuery(
  rows: QuantizedRows,
  vectors: Float32Array,
  from: number,
  dimensions: number,
  into: Int16Array,
  at: number,
  stride: number,
): QuantizedQuery {
  const scale = scaleFor(lengthOf(vectors, from, dimensions));
  let square = 0;
  let errorSquare = 0;
  for (let c = 0; c < dimensions; c++) {
    const value = vectors[from + c]! * scale;
    const step = Math.round(value);
    into[at + (c >> 1) * stride + (c & 1)] = step;
    square += step * step;
    errorSquare += (value - step) ** 2;
  }
  const length = Math.sqrt(square);
  const error = Math.sqrt(errorSquare);
  const first = length * rows.largestError + error * rows.longest + error * rows.largestError;
  const rounding = (STEPS + 64) ** 2 * 2 ** -24 + scale * rows.scale * 2 ** -150;
  const margin = 2 * Math.ceil((first + rounding) * (1 + 1e-9) + 1) + 1;
  return { length, margin: margin < 2 ** 30 ? margin : Number.POSITIVE_INFINITY };
}

const scaleFor = (length: number) => (length > 0 ? STEPS / length : 1);

function lengthOf(vectors: Float32Array, from: number, dimensions: number): number {
  let square = 0;
  for (let c = 0; c < dimensions; c++) square += vectors[from + c]! ** 2;
  return Math.sqrt(square);
}
