import { refuse } from "../refuse";

/**
 * The assignment of rows to different columns with the least total cost: for each row its column, or −1 when there are more rows
 * than columns and it went without. Shortest augmenting paths with potentials (Kuhn 1955, Munkres 1957), O(rows² · columns).
 * Of several best assignments the same one every time. Throws `invalid_argument` for costs that are not finite or not a rectangle.
 */
export function leastCostAssignment(costs: readonly (readonly number[])[]): number[] {
  const rows = costs.length;
  const columns = costs[0]?.length ?? 0;
  for (const row of costs)
    if (row.length !== columns || !row.every(Number.isFinite))
      refuse("Costs are rows of equal length, finite.");
  if (rows === 0 || columns === 0) return costs.map(() => -1);
  if (rows > columns) {
    const turned = leastCostAssignment(
      Array.from({ length: columns }, (_, c) => costs.map((row) => row[c]!)),
    );
    const result = costs.map(() => -1);
    for (const [column, row] of turned.entries()) result[row] = column;
    return result;
  }
  // Place 0 of every array stands for "none"; rows and columns count from 1.
  const rowPotential = new Float64Array(rows + 1);
  const columnPotential = new Float64Array(columns + 1);
  const rowOf = new Int32Array(columns + 1);
  for (let row = 1; row <= rows; row++) {
    const least = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
    const from = new Int32Array(columns + 1);
    const done = new Uint8Array(columns + 1);
    let column = 0;
    rowOf[0] = row;
    do {
      done[column] = 1;
      const current = rowOf[column]!;
      let step = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let c = 1; c <= columns; c++) {
        if (done[c]) continue;
        const reduced = costs[current - 1]![c - 1]! - rowPotential[current]! - columnPotential[c]!;
        if (reduced < least[c]!) {
          least[c] = reduced;
          from[c] = column;
        }
        if (least[c]! < step) {
          step = least[c]!;
          next = c;
        }
      }
      for (let c = 0; c <= columns; c++) {
        if (done[c]) {
          rowPotential[rowOf[c]!]! += step;
          columnPotential[c]! -= step;
        } else least[c]! -= step;
      }
      column = next;
    } while (rowOf[column] !== 0);
    for (; column !== 0; column = from[column]!) rowOf[column] = rowOf[from[column]!]!;
  }
  const result = new Array<number>(rows).fill(-1);
  for (let c = 1; c <= columns; c++) if (rowOf[c]! > 0) result[rowOf[c]! - 1] = c - 1;
  return result;
}
