import { SegueError } from "../../errors/segue-error";

/** Draws row i with a chance in proportion to its weight in two steps (Walker 1977, Vose 1991). */
export interface AliasTable {
  /** Of 2^32: a draw below it stays at its place, others go to the alias. */
  readonly thresholds: Uint32Array;
  readonly aliases: Uint32Array;
}

/**
 * The table for chances in proportion to count^exponent; an exponent below 0 favors the rare.
 * @throws SegueError `invalid_argument` for no counts, a count that is not above 0, or an exponent beyond ±2.
 */
export function aliasTable(counts: ArrayLike<number>, exponent: number): AliasTable {
  const rows = counts.length;
  if (rows === 0) throw new SegueError("invalid_argument", { detail: "There is nothing to draw from." });
  if (!(Math.abs(exponent) <= 2))
    throw new SegueError("invalid_argument", {
      detail: `The exponent is ${exponent}; give a number from -2 to 2.`,
    });
  const weights = Float64Array.from(counts, (count) => {
    if (!(count > 0 && count < 2 ** 53))
      throw new SegueError("invalid_argument", { detail: `A count is ${count}; all must be above 0.` });
    return count ** exponent;
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const thresholds = new Uint32Array(rows).fill(0xffff_ffff);
  const aliases = Uint32Array.from(weights, (_, row) => row);
  const scaled = weights.map((weight) => (weight * rows) / total);
  const small: number[] = [];
  const large: number[] = [];
  for (let row = rows - 1; row >= 0; row--) (scaled[row]! < 1 ? small : large).push(row);
  while (small.length > 0 && large.length > 0) {
    const poor = small.pop()!;
    const rich = large.at(-1)!;
    thresholds[poor] = Math.min(0xffff_ffff, Math.floor(scaled[poor]! * 2 ** 32));
    aliases[poor] = rich;
    scaled[rich]! -= 1 - scaled[poor]!;
    if (scaled[rich]! < 1) small.push(large.pop()!);
  }
  return { thresholds, aliases };
}
