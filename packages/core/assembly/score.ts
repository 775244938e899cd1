// Scores of one query against many rows. Vectors are row-major float32; `stride` is a multiple of 4 and what lies
// beyond a row's dimensions is zero. Every sum has one fixed order, so every host gives the same bits.

/** The four lanes of `v` added as (0 + 1) + (2 + 3). */
// @ts-ignore: decorator
@inline
function sum4(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) +
    f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** The dot product of `a` and `b`, `stride` floats each. */
export function dot(a: usize, b: usize, stride: i32): f32 {
  let sum = f32x4.splat(0);
  const bytes = (<usize>stride) << 2;
  for (let at: usize = 0; at < bytes; at += 16)
    sum = f32x4.add(sum, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  return sum4(sum);
}

/** y += alpha · x over `stride` floats. */
export function axpy(alpha: f32, x: usize, y: usize, stride: i32): void {
  const factor = f32x4.splat(alpha);
  const bytes = (<usize>stride) << 2;
  for (let at: usize = 0; at < bytes; at += 16)
    v128.store(y + at, f32x4.add(v128.load(y + at), f32x4.mul(factor, v128.load(x + at))));
}

/** out[i] = query · rows[i] for `count` rows, four rows at a time. The bits are those of `dot`. */
export function scoreRows(query: usize, rows: usize, count: i32, stride: i32, out: usize): void {
  const bytes = (<usize>stride) << 2;
  let row = 0;
  for (; row + 4 <= count; row += 4) {
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    const r0 = rows + <usize>row * bytes;
    const r1 = r0 + bytes;
    const r2 = r1 + bytes;
    const r3 = r2 + bytes;
    for (let at: usize = 0; at < bytes; at += 16) {
      const q = v128.load(query + at);
      s0 = f32x4.add(s0, f32x4.mul(q, v128.load(r0 + at)));
      s1 = f32x4.add(s1, f32x4.mul(q, v128.load(r1 + at)));
      s2 = f32x4.add(s2, f32x4.mul(q, v128.load(r2 + at)));
      s3 = f32x4.add(s3, f32x4.mul(q, v128.load(r3 + at)));
    }
    const to = out + ((<usize>row) << 2);
    store<f32>(to, sum4(s0));
    store<f32>(to, sum4(s1), 4);
    store<f32>(to, sum4(s2), 8);
    store<f32>(to, sum4(s3), 12);
  }
  for (; row < count; row++) store<f32>(out + ((<usize>row) << 2), dot(query, rows + <usize>row * bytes, stride));
}
