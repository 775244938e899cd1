import type { ItemSpace } from "../item-space";

/** The vector with length 1; a vector of zeros stays what it is. */
export function unitVector(vector: Float32Array): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  const length = Math.sqrt(square);
  return length > 0 ? vector.map((value) => value / length) : vector.slice();
}

/** All rows with length 1, so that inner products are cosines. */
export function unitSpace(space: ItemSpace): ItemSpace {
  const { ids, dimensions } = space;
  const vectors = space.vectors.slice();
  for (let row = 0; row < ids.length; row++) {
    const part = vectors.subarray(row * dimensions, (row + 1) * dimensions);
    part.set(unitVector(part));
  }
  return { ids, dimensions, vectors };
}
