/**
 * The linear algebra of one row of alternating least squares, in plain TypeScript: sums in float64, factors in float32.
 * The compiled kernel does the same in float32; both agree within 1e-4 of a row's length.
 */
import type { Factors } from "./factors";
import { rowOf, type SparseRows } from "./interactions";

/** scale · HᵀH over all factor rows, `dimensions`² numbers. */
export function gramMatrix({ rows, dimensions: k, stride, values }: Factors, scale: number): Float64Array {
  const gram = new Float64Array(k * k);
  for (let row = 0; row < rows; row++) {
    const at = row * stride;
    for (let i = 0; i < k; i++) {
      const factor = values[at + i]!;
      for (let j = i; j < k; j++) gram[i * k + j]! += factor * values[at + j]!;
    }
  }
  for (let i = 0; i < k; i++)
    for (let j = i; j < k; j++) gram[j * k + i] = gram[i * k + j] = gram[i * k + j]! * scale;
  return gram;
}

/** One row's equation A·x = b, with A = gram + penalty·I + Σ |w|·h·hᵀ and b = Σ max(w, 0)·h. */
export interface RowEquation {
  readonly columns: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
  readonly penalty: number;
  readonly gram: Float64Array;
  readonly other: Factors;
}

/** Solves A·x = b by Cholesky factorization. A row without entries is zero. */
export function solveRowExact({ columns, weights, penalty, gram, other }: RowEquation): Float64Array {
  const { dimensions: k, stride, values } = other;
  const x = new Float64Array(k);
  if (columns.length === 0) return x;
  const matrix = Float64Array.from(gram);
  for (let entry = 0; entry < columns.length; entry++) {
    const at = columns[entry]! * stride;
    const weight = weights[entry]!;
    const size = Math.abs(weight);
    for (let i = 0; i < k; i++) {
      const factor = values[at + i]!;
      if (weight > 0) x[i]! += weight * factor;
      for (let j = 0; j <= i; j++) matrix[i * k + j]! += size * factor * values[at + j]!;
    }
  }
  for (let i = 0; i < k; i++) matrix[i * k + i]! += penalty;
  factorizeLower(matrix, k, penalty);
  for (let i = 0; i < k; i++) {
    let sum = x[i]!;
    for (let j = 0; j < i; j++) sum -= matrix[i * k + j]! * x[j]!;
    x[i] = sum / matrix[i * k + i]!;
  }
  for (let i = k - 1; i >= 0; i--) {
    let sum = x[i]!;
    for (let j = i + 1; j < k; j++) sum -= matrix[j * k + i]! * x[j]!;
    x[i] = sum / matrix[i * k + i]!;
  }
  return x;
}

/** matrix → L with L·Lᵀ = matrix, in its lower triangle (k × k, row after row). No pivot is below what was added to the diagonal. */
function factorizeLower(matrix: Float64Array, k: number, least: number): void {
  for (let i = 0; i < k; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * k + j]!;
      for (let p = 0; p < j; p++) sum -= matrix[i * k + p]! * matrix[j * k + p]!;
      matrix[i * k + j] = i === j ? Math.sqrt(Math.max(sum, least)) : sum / matrix[j * k + j]!;
    }
}

/** Some steps of conjugate gradient towards A·x = b from `start`, without building A (Takács, Pilászy and Tikk 2011). */
export function solveRowCg(equation: RowEquation, start: ArrayLike<number>, steps: number): Float64Array {
  const k = equation.other.dimensions;
  const x = new Float64Array(k);
  if (equation.columns.length === 0) return x;
  for (let i = 0; i < k; i++) x[i] = start[i]!;
  const r = applyRow(equation, x, true);
  const p = Float64Array.from(r);
  const squared = (v: Float64Array, w: Float64Array) => v.reduce((sum, value, i) => sum + value * w[i]!, 0);
  let size = squared(r, r);
  for (let step = 0; step < steps && size > 1e-20; step++) {
    const ap = applyRow(equation, p, false);
    const curvature = squared(p, ap);
    // Not positive only by rounding, when there is nothing left to gain.
    if (!(curvature > 0)) break;
    const alpha = size / curvature;
    for (let i = 0; i < k; i++) {
      x[i]! += alpha * p[i]!;
      r[i]! -= alpha * ap[i]!;
    }
    const next = squared(r, r);
    for (let i = 0; i < k; i++) p[i] = r[i]! + (next / size) * p[i]!;
    size = next;
  }
  return x;
}

/** A·p, or b − A·p when `residual`. The latter is half the negative gradient of the row's loss. */
export function applyRow(equation: RowEquation, p: Float64Array, residual: boolean): Float64Array {
  const { columns, weights, penalty, gram, other } = equation;
  const { dimensions: k, stride, values } = other;
  const out = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    let sum = penalty * p[i]!;
    for (let j = 0; j < k; j++) sum += gram[i * k + j]! * p[j]!;
    out[i] = residual ? -sum : sum;
  }
  for (let entry = 0; entry < columns.length; entry++) {
    const at = columns[entry]! * stride;
    const weight = weights[entry]!;
    let score = 0;
    for (let i = 0; i < k; i++) score += values[at + i]! * p[i]!;
    const pull = residual ? Math.max(weight, 0) - Math.abs(weight) * score : Math.abs(weight) * score;
    for (let i = 0; i < k; i++) out[i]! += pull * values[at + i]!;
  }
  return out;
}

/** The equation of row `row`. */
export function rowEquation(
  entries: SparseRows,
  row: number,
  penalty: number,
  gram: Float64Array,
  other: Factors,
): RowEquation {
  return { ...rowOf(entries, row), penalty, gram, other };
}
