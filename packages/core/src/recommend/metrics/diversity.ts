import type { ItemSpace } from "../item-space";

/** The cosine of two rows, between −1 and 1; 0 when either is all zeros. */
export function rowCosine({ dimensions: d, vectors }: ItemSpace, a: number, b: number): number {
  let product = 0;
  let lengthA = 0;
  let lengthB = 0;
  for (let i = 0; i < d; i++) {
    const x = vectors[a * d + i]!;
    const y = vectors[b * d + i]!;
    product += x * y;
    lengthA += x * x;
    lengthB += y * y;
  }
  const lengths = Math.sqrt(lengthA) * Math.sqrt(lengthB);
  return lengths === 0 ? 0 : Math.max(-1, Math.min(1, product / lengths));
}

/** Mean of 1 − cosine over all pairs of a list's items, 0 to 2 (Ziegler et al. 2005). 0 for fewer than two items. */
export function intraListDiversity(list: ArrayLike<number>, space: ItemSpace): number {
  let sum = 0;
  let pairs = 0;
  for (let a = 0; a < list.length; a++)
    for (let b = a + 1; b < list.length; b++) {
      sum += 1 - rowCosine(space, list[a]!, list[b]!);
      pairs++;
    }
  return pairs === 0 ? 0 : sum / pairs;
}
