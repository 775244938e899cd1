import { realNumber, refuse } from "../refuse";
import { type Interactions, rowOf } from "./interactions";

/** More items than this take minutes and gigabytes: the work grows with their cube. */
export const MAX_EASE_ITEMS = 20_000;

/** An item-to-item model: `weights[i · n + j]` is how much having item i speaks for item j; the diagonal is 0. */
export interface EaseModel {
  readonly items: readonly string[];
  readonly weights: Float32Array;
}

/**
 * EASE (Steck 2019): the closed-form linear autoencoder with an empty diagonal, B = I − P·diag(1/P) with P = (XᵀX + λI)⁻¹,
 * where X counts positive entries as 1. A reference for catalogs of a few thousand items. `lambda` is 1e-3 to 1e9.
 * Throws `invalid_argument` for more than 20,000 items.
 */
export function trainEase(data: Interactions, lambda: number): EaseModel {
  realNumber("lambda", lambda, 1e-3, 1e9);
  const n = data.items.length;
  if (n > MAX_EASE_ITEMS) refuse(`EASE takes ${MAX_EASE_ITEMS} items at most, not ${n}.`);
  const matrix = coOccurrence(data);
  for (let i = 0; i < n; i++) matrix[i * n + i]! += lambda;
  invertPositive(matrix, n);
  const weights = new Float32Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) weights[i * n + j] = i === j ? 0 : -matrix[i * n + j]! / matrix[j * n + j]!;
  return { items: data.items, weights };
}

/** XᵀX: how many users want both items. */
function coOccurrence(data: Interactions): Float64Array {
  const n = data.items.length;
  const counts = new Float64Array(n * n);
  for (let user = 0; user < data.users.length; user++) {
    const { columns, weights } = rowOf(data.byUser, user);
    const wanted = columns.filter((_, entry) => weights[entry]! > 0);
    for (const a of wanted) for (const b of wanted) counts[a * n + b]!++;
  }
  return counts;
}

/** Inverts a symmetric positive definite matrix in place by Gauss–Jordan sweeps, whole rows at a time. */
export function invertPositive(matrix: Float64Array, n: number): void {
  for (let p = 0; p < n; p++) {
    const pivotRow = matrix.subarray(p * n, p * n + n);
    const inverse = 1 / pivotRow[p]!;
    pivotRow[p] = 1;
    for (let j = 0; j < n; j++) pivotRow[j]! *= inverse;
    for (let i = 0; i < n; i++) {
      if (i === p) continue;
      const row = matrix.subarray(i * n, i * n + n);
      const factor = row[p]!;
      if (factor === 0) continue;
      row[p] = 0;
      for (let j = 0; j < n; j++) row[j]! -= factor * pivotRow[j]!;
    }
  }
}

/** Scores of every item for a user who wants the items in `history` (row numbers). */
export function scoreEase({ items, weights }: EaseModel, history: ArrayLike<number>): Float64Array {
  const n = items.length;
  const scores = new Float64Array(n);
  for (let entry = 0; entry < history.length; entry++) {
    const at = history[entry]! * n;
    for (let j = 0; j < n; j++) scores[j]! += weights[at + j]!;
  }
  return scores;
}
