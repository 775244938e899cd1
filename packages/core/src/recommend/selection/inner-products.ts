/**
 * Writes the inner products of one vector with the rows `rows[from]` to `rows[to − 1]` of `vectors` into the same places of `into`.
 * Each is a 64-bit sum in the order of dimensions. A sum is a chain of additions that wait for each other; four rows at a time are
 * four chains side by side.
 * @param at where in `vector` its first number is.
 */
export function innerProducts(
  vectors: Float32Array,
  dimensions: number,
  rows: Int32Array,
  from: number,
  to: number,
  vector: Float32Array,
  at: number,
  into: Float64Array,
): void {
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const r0 = rows[i]! * dimensions;
    const r1 = rows[i + 1]! * dimensions;
    const r2 = rows[i + 2]! * dimensions;
    const r3 = rows[i + 3]! * dimensions;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let c = 0; c < dimensions; c++) {
      const x = vector[at + c]!;
      s0 += vectors[r0 + c]! * x;
      s1 += vectors[r1 + c]! * x;
      s2 += vectors[r2 + c]! * x;
      s3 += vectors[r3 + c]! * x;
    }
    into[i] = s0;
    into[i + 1] = s1;
    into[i + 2] = s2;
    into[i + 3] = s3;
  }
  for (; i < to; i++) {
    const row = rows[i]! * dimensions;
    let sum = 0;
    for (let c = 0; c < dimensions; c++) sum += vectors[row + c]! * vector[at + c]!;
    into[i] = sum;
  }
}
