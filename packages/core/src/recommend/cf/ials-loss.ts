import type { Side } from "./ials-engine";
import type { IalsOptions } from "./ials-options";
import { rowOf } from "./interactions";
import { gramMatrix } from "./least-squares";

/**
 * What training makes small, in float64: Σ over entries of |w|·(p − s)², where s is the score and p is 1 for a positive weight
 * and 0 for a negative one; plus a0·s² over every pair; plus each row's penalty times its squared length.
 */
export function ialsLoss(users: Side, items: Side, options: IalsOptions): number {
  const k = options.dimensions;
  let loss = penaltyOf(users) + penaltyOf(items);
  const own = gramMatrix(users.factors, 1);
  const other = gramMatrix(items.factors, options.unseenWeight);
  for (let i = 0; i < k * k; i++) loss += own[i]! * other[i]!;
  const { values: w, stride } = users.factors;
  const { values: h } = items.factors;
  for (let user = 0; user < users.factors.rows; user++) {
    const { columns, weights } = rowOf(users.entries, user);
    for (const [entry, item] of columns.entries()) {
      let score = 0;
      for (let i = 0; i < k; i++) score += w[user * stride + i]! * h[item * stride + i]!;
      const weight = weights[entry]!;
      const miss = (weight > 0 ? 1 : 0) - score;
      loss += Math.abs(weight) * miss * miss;
    }
  }
  return loss;
}

function penaltyOf({ factors, penalties }: Side): number {
  let sum = 0;
  for (let row = 0; row < factors.rows; row++)
    for (let i = 0; i < factors.dimensions; i++)
      sum += penalties[row]! * factors.values[row * factors.stride + i]! ** 2;
  return sum;
}
