import { refuse, wholeNumber } from "./refuse";

/** Items as points: `vectors` holds `ids.length` rows of `dimensions` floats, row after row. */
export interface ItemSpace {
  readonly ids: readonly string[];
  readonly dimensions: number;
  readonly vectors: Float32Array;
}

/** The most items or users of one space: row numbers are signed 32-bit in every kernel. */
export const MAX_ROWS = 2 ** 31 - 1;

/** An item space that was checked: sizes agree, ids are unique, every number is finite. Throws `invalid_argument`. */
export function itemSpace(ids: readonly string[], dimensions: number, vectors: Float32Array): ItemSpace {
  wholeNumber("A space's dimensions", dimensions, 1, 4096);
  if (ids.length > MAX_ROWS) refuse(`A space holds ${MAX_ROWS} items at most.`);
  if (vectors.length !== ids.length * dimensions)
    refuse(
      `${ids.length} items of ${dimensions} dimensions need ${ids.length * dimensions} numbers, not ${vectors.length}.`,
    );
  if (new Set(ids).size !== ids.length) refuse("An id occurs twice in the space.");
  const wrong = vectors.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) refuse(`Item ${ids[Math.floor(wrong / dimensions)]} has a coordinate that is not finite.`);
  return { ids, dimensions, vectors };
}

/** The row of each id. */
export const rowsById = ({ ids }: Pick<ItemSpace, "ids">): ReadonlyMap<string, number> =>
  new Map(ids.map((id, row) => [id, row]));
