import { SegueError } from "../../errors/segue-error";

/** The order of ids: `rowOfRank[r]` is the row whose id comes `r`-th; `rankOfRow` is its inverse. */
export interface IdOrder {
  readonly rowOfRank: Uint32Array;
  readonly rankOfRow: Uint32Array;
}

/**
 * Orders rows by id, ascending by UTF-16 code units. Every tie between neighbors is broken in this order.
 * @throws SegueError `invalid_argument` when an id occurs twice.
 */
export function orderById(ids: readonly string[]): IdOrder {
  const rowOfRank = Uint32Array.from({ length: ids.length }, (_, row) => row);
  if (!isSorted(ids)) rowOfRank.sort((a, b) => (ids[a]! < ids[b]! ? -1 : ids[a]! > ids[b]! ? 1 : a - b));
  const rankOfRow = new Uint32Array(ids.length);
  for (let rank = 0; rank < ids.length; rank++) {
    const row = rowOfRank[rank]!;
    if (rank > 0 && ids[rowOfRank[rank - 1]!] === ids[row])
      throw new SegueError("invalid_argument", {
        detail: `The id ${JSON.stringify(ids[row]!.slice(0, 40))} occurs twice.`,
      });
    rankOfRow[row] = rank;
  }
  return { rowOfRank, rankOfRow };
}

function isSorted(ids: readonly string[]): boolean {
  for (let row = 1; row < ids.length; row++) if (ids[row - 1]! > ids[row]!) return false;
  return true;
}
