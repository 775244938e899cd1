import type { ItemSpace } from "../item-space";
import { type IalsOptions, rowPenalty } from "./ials-options";
import type { SparseRows } from "./interactions";

/** Factor rows of one side: row r is `values[r · stride]` onward, `dimensions` numbers; the rest of a row is zero. */
export interface Factors {
  readonly rows: number;
  readonly dimensions: number;
  readonly stride: number;
  readonly values: Float32Array;
}

/** Zeros. The stride is a multiple of 8, as the kernel's tiles are. */
export function emptyFactors(rows: number, dimensions: number): Factors {
  const stride = Math.ceil(dimensions / 8) * 8;
  return { rows, dimensions, stride, values: new Float32Array(rows * stride) };
}

/** The vectors of a space as factor rows. */
export function factorsOf({ ids, dimensions, vectors }: ItemSpace): Factors {
  const factors = emptyFactors(ids.length, dimensions);
  for (let row = 0; row < ids.length; row++)
    factors.values.set(vectors.subarray(row * dimensions, (row + 1) * dimensions), row * factors.stride);
  return factors;
}

/** Factor rows without what fills them up. */
export function compactFactors({ rows, dimensions, stride, values }: Factors): Float32Array {
  const out = new Float32Array(rows * dimensions);
  for (let row = 0; row < rows; row++)
    out.set(values.subarray(row * stride, row * stride + dimensions), row * dimensions);
  return out;
}

/** Each row's regularization, when the other side has `others` rows. */
export function penaltiesOf(entries: SparseRows, others: number, options: IalsOptions): Float32Array {
  const rows = entries.offsets.length - 1;
  return Float32Array.from({ length: rows }, (_, row) =>
    rowPenalty(options, entries.offsets[row + 1]! - entries.offsets[row]!, others),
  );
}
