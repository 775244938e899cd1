import { realNumber, refuse } from "../refuse";
import { type Interactions, rowOf, type SparseRows } from "./interactions";

/** Of items and users, the fewer may be this many: the work grows with the cube of that number. */
export const MAX_EASE_SIZE = 10_000;

/** A linear item-to-item model: how much each item of a history speaks for every other. */
export interface EaseModel {
  readonly items: readonly string[];
  /**
   * Scores of every item for a user who wants the items in `history` (row numbers, each once). Throws `invalid_argument` for
   * a row that is none.
   */
  score(history: ArrayLike<number>): Float64Array;
}

/**
 * EASE (Steck 2019): the closed-form linear autoencoder with an empty diagonal, B = I − P·diag(1/P) with P = (XᵀX + λI)⁻¹,
 * where X counts positive entries as 1. A reference for a few thousand items, or a few thousand users: with fewer users than
 * items the same scores come from (XXᵀ + λI)⁻¹ (Woodbury). `lambda` is 1e-3 to 1e9.
 * Throws `invalid_argument` for more than 10,000 of both.
 */
export function trainEase(data: Interactions, lambda: number): EaseModel {
  realNumber("lambda", lambda, 1e-3, 1e9);
  const { items, users } = data;
  if (Math.min(items.length, users.length) > MAX_EASE_SIZE)
    refuse(`EASE takes ${MAX_EASE_SIZE} items or users at most, not ${items.length} and ${users.length}.`);
  const byUser = wantedOnly(data.byUser);
  const byItem = wantedOnly(data.byItem);
  const scoreRow =
    items.length <= users.length ? byItems(byUser, items.length, lambda) : byUsers(byUser, byItem, lambda);
  return {
    items,
    score(history) {
      const checked = Int32Array.from(history);
      if (new Set(checked).size !== history.length) refuse("An item occurs twice in the history.");
      for (const row of checked) if (!(row >= 0 && row < items.length)) refuse(`There is no item ${row}.`);
      return scoreRow(checked);
    },
  };
}

type ScoreRow = (history: Int32Array) => Float64Array;

/** B itself, items × items. */
function byItems(byUser: SparseRows, n: number, lambda: number): ScoreRow {
  const inverse = gramOf(byUser, n);
  for (let i = 0; i < n; i++) inverse[i * n + i]! += lambda;
  invertPositive(inverse, n);
  const weights = new Float32Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) if (i !== j) weights[i * n + j] = -inverse[i * n + j]! / inverse[j * n + j]!;
  return (history) => {
    const scores = new Float64Array(n);
    for (const row of history) for (let j = 0; j < n; j++) scores[j]! += weights[row * n + j]!;
    return scores;
  };
}

/** Without B: P = (I − Xᵀ·K·X) / λ with K = (XXᵀ + λI)⁻¹, users × users. */
function byUsers(byUser: SparseRows, byItem: SparseRows, lambda: number): ScoreRow {
  const n = byItem.offsets.length - 1;
  const m = byUser.offsets.length - 1;
  const inverse = gramOf(byItem, m);
  for (let i = 0; i < m; i++) inverse[i * m + i]! += lambda;
  invertPositive(inverse, m);
  /** λ times P's diagonal. */
  const diagonal = Float64Array.from({ length: n }, (_, item) => {
    const { columns } = rowOf(byItem, item);
    let sum = 1;
    for (const a of columns) for (const b of columns) sum -= inverse[a * m + b]!;
    return sum;
  });
  return (history) => {
    const shared = new Float64Array(m);
    for (const item of history) for (const user of rowOf(byItem, item).columns) shared[user]!++;
    const scores = new Float64Array(n);
    for (let user = 0; user < m; user++) {
      let weight = 0;
      for (let other = 0; other < m; other++) weight += inverse[user * m + other]! * shared[other]!;
      for (const item of rowOf(byUser, user).columns) scores[item]! += weight;
    }
    // So far Xᵀ·K·X·x; a score is x − (x − that) / diagonal.
    for (let item = 0; item < n; item++) scores[item] = scores[item]! / diagonal[item]!;
    for (const item of history) scores[item]! += 1 - 1 / diagonal[item]!;
    return scores;
  };
}

/** The entries with positive weights. */
function wantedOnly({ offsets, columns, weights }: SparseRows): SparseRows {
  const kept = new Int32Array(offsets.length);
  const keep = columns.filter((_, entry) => weights[entry]! > 0);
  for (let row = 0; row + 1 < offsets.length; row++) {
    kept[row + 1] = kept[row]!;
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++)
      if (weights[entry]! > 0) kept[row + 1]!++;
  }
  return { offsets: kept, columns: keep, weights: weights.filter((weight) => weight > 0) };
}

/** How many rows have both columns, for each pair of `n` columns. */
function gramOf(rows: SparseRows, n: number): Float64Array {
  const counts = new Float64Array(n * n);
  for (let row = 0; row + 1 < rows.offsets.length; row++) {
    const { columns } = rowOf(rows, row);
    for (const a of columns) for (const b of columns) counts[a * n + b]!++;
  }
  return counts;
}

/**
 * Inverts a symmetric positive definite matrix in place by sweeps over its lower triangle (Beaton 1964), which is then
 * mirrored.
 */
export function invertPositive(matrix: Float64Array, n: number): void {
  const column = new Float64Array(n);
  for (let p = 0; p < n; p++) {
    const pivot = matrix[p * n + p]!;
    for (let i = 0; i < n; i++) column[i] = i < p ? matrix[p * n + i]! : matrix[i * n + p]!;
    column[p] = 0;
    for (let i = 0; i < n; i++) {
      const factor = column[i]! / pivot;
      if (factor === 0) continue;
      const row = matrix.subarray(i * n, i * n + i + 1);
      for (let j = 0; j <= i; j++) row[j]! -= factor * column[j]!;
    }
    for (let i = 0; i < n; i++) matrix[i < p ? p * n + i : i * n + p] = column[i]! / pivot;
    matrix[p * n + p] = -1 / pivot;
  }
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) matrix[j * n + i] = matrix[i * n + j] = 0 - matrix[i * n + j]!;
}
