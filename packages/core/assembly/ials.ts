// Half-steps of implicit alternating least squares (Hu, Koren and Volinsky 2008) in float32, without fused operations:
// every sum has one fixed order, so every host and every number of workers gives the same bits.
//
// A job describes one side, as 32-bit words:
//   0 offsets   per row, where its entries begin (rows + 1 words)
//   4 columns   per entry, the row of the other side
//   8 weights   per entry, f32: the confidence; negative for "seen and not wanted"
//  12 other     the other side's factors
//  16 own       this side's factors, read as a warm start by `solveCg`, written by both
//  20 gram      the other side's Gram matrix times the weight of the unseen, whole
//  24 penalty   per row, f32: the regularization
//  28 stride    floats per row of factors, a multiple of 8
//  32 steps     steps of conjugate gradient

/** Entries packed at once: 64 rows of 64 floats stay in the first cache. */
const BLOCK: i32 = 64;

function sum4(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** to (4 rows × 8 columns, `bytes` apart) ± Σ over `depth` rows of left[0..3] ⊗ right[0..7]; sums stay in registers. */
function tile(left: usize, right: usize, depth: i32, bytes: usize, to: usize, subtract: bool): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  for (; depth > 0; depth--) {
    const r0 = v128.load(right);
    const r1 = v128.load(right, 16);
    let l = v128.load32_splat(left);
    a0 = f32x4.add(a0, f32x4.mul(l, r0));
    a1 = f32x4.add(a1, f32x4.mul(l, r1));
    l = v128.load32_splat(left, 4);
    b0 = f32x4.add(b0, f32x4.mul(l, r0));
    b1 = f32x4.add(b1, f32x4.mul(l, r1));
    l = v128.load32_splat(left, 8);
    c0 = f32x4.add(c0, f32x4.mul(l, r0));
    c1 = f32x4.add(c1, f32x4.mul(l, r1));
    l = v128.load32_splat(left, 12);
    d0 = f32x4.add(d0, f32x4.mul(l, r0));
    d1 = f32x4.add(d1, f32x4.mul(l, r1));
    left += bytes;
    right += bytes;
  }
  if (subtract) {
    a0 = f32x4.neg(a0);
    a1 = f32x4.neg(a1);
    b0 = f32x4.neg(b0);
    b1 = f32x4.neg(b1);
    c0 = f32x4.neg(c0);
    c1 = f32x4.neg(c1);
    d0 = f32x4.neg(d0);
    d1 = f32x4.neg(d1);
  }
  v128.store(to, f32x4.add(v128.load(to), a0));
  v128.store(to, f32x4.add(v128.load(to, 16), a1), 16);
  to += bytes;
  v128.store(to, f32x4.add(v128.load(to), b0));
  v128.store(to, f32x4.add(v128.load(to, 16), b1), 16);
  to += bytes;
  v128.store(to, f32x4.add(v128.load(to), c0));
  v128.store(to, f32x4.add(v128.load(to, 16), c1), 16);
  to += bytes;
  v128.store(to, f32x4.add(v128.load(to), d0));
  v128.store(to, f32x4.add(v128.load(to, 16), d1), 16);
}

/** matrix += rowsᵀ · rows over its upper triangle, in tiles that reach a little below the diagonal. */
function addOuter(rows: usize, depth: i32, stride: i32, matrix: usize): void {
  const bytes = (<usize>stride) << 2;
  for (let i = 0; i < stride; i += 4)
    for (let j = i & ~7; j < stride; j += 8) {
      const at = (<usize>i) << 2;
      const right = (<usize>j) << 2;
      tile(rows + at, rows + right, depth, bytes, matrix + <usize>i * bytes + right, false);
    }
}

/** out (zeroed before) = the Gram matrix of factor rows [from, to): its upper triangle. */
export function gramBlock(_scratch: usize, factors: usize, from: i32, to: i32, stride: i32, out: usize): void {
  const bytes = (<usize>stride) << 2;
  memory.fill(out, 0, <usize>stride * bytes);
  for (let row = from; row < to; row += BLOCK) addOuter(factors + <usize>row * bytes, min(BLOCK, to - row), stride, out);
}

/** out = scale · (the sum of `count` upper triangles in their order), whole. */
export function gramSum(_scratch: usize, parts: usize, count: i32, stride: i32, scale: f32, out: usize): void {
  const bytes = (<usize>stride) << 2;
  const size = <usize>stride * bytes;
  for (let i = 0; i < stride; i++)
    for (let j = i; j < stride; j++) {
      const at = <usize>i * bytes + ((<usize>j) << 2);
      let sum: f32 = 0;
      for (let part = 0; part < count; part++) sum += load<f32>(parts + <usize>part * size + at);
      sum *= scale;
      store<f32>(out + at, sum);
      store<f32>(out + <usize>j * bytes + ((<usize>i) << 2), sum);
    }
}

/** matrix → U with UᵀU = matrix, in its upper triangle, four rows at a time; `inverse` gets 1 / U's diagonal. `least` was added to the diagonal. */
function factorize(matrix: usize, stride: i32, inverse: usize, least: f32): void {
  const bytes = (<usize>stride) << 2;
  // No pivot of a matrix with this much added to its diagonal is smaller, and float32 cannot tell one from zero that is
  // below the rounding of the largest.
  let floor = least;
  for (let j = 0; j < stride; j++) floor = max<f32>(floor, 1e-7 * load<f32>(matrix + <usize>j * (bytes + 4)));
  for (let i = 0; i < stride; i += 4) {
    const panel = matrix + <usize>i * bytes;
    if (i > 0)
      for (let j = i & ~7; j < stride; j += 8)
        tile(matrix + ((<usize>i) << 2), matrix + ((<usize>j) << 2), i, bytes, panel + ((<usize>j) << 2), true);
    for (let r = 0; r < 4; r++) {
      const row = panel + <usize>r * bytes;
      for (let q = 0; q < r; q++) {
        const above = panel + <usize>q * bytes;
        const factor = v128.load32_splat(above + ((<usize>(i + r)) << 2));
        for (let at = (<usize>i) << 2; at < bytes; at += 16)
          v128.store(row + at, f32x4.sub(v128.load(row + at), f32x4.mul(factor, v128.load(above + at))));
      }
      const pivot = max<f32>(load<f32>(row + ((<usize>(i + r)) << 2)), floor);
      const scale: f32 = 1 / sqrt<f32>(pivot);
      store<f32>(inverse + ((<usize>(i + r)) << 2), scale);
      const scales = f32x4.splat(scale);
      for (let at = (<usize>i) << 2; at < bytes; at += 16)
        v128.store(row + at, f32x4.mul(v128.load(row + at), scales));
    }
  }
}

/** x = the solution of UᵀU x = b; b is spent. What lies left of U's diagonal is never used. */
function substitute(matrix: usize, inverse: usize, stride: i32, b: usize, x: usize): void {
  const bytes = (<usize>stride) << 2;
  for (let j = 0; j < stride; j++) {
    const at = (<usize>j) << 2;
    const y = load<f32>(b + at) * load<f32>(inverse + at);
    const ys = f32x4.splat(y);
    const row = matrix + <usize>j * bytes;
    for (let c = at & ~15; c < bytes; c += 16)
      v128.store(b + c, f32x4.sub(v128.load(b + c), f32x4.mul(ys, v128.load(row + c))));
    store<f32>(b + at, y);
  }
  memory.fill(x, 0, bytes);
  for (let j = stride - 1; j >= 0; j--) {
    const at = (<usize>j) << 2;
    const row = matrix + <usize>j * bytes;
    // x is zero up to and at j, so the lanes left of the diagonal add nothing.
    let sums = f32x4.splat(0);
    for (let c = at & ~15; c < bytes; c += 16)
      sums = f32x4.add(sums, f32x4.mul(v128.load(row + c), v128.load(x + c)));
    store<f32>(x + at, (load<f32>(b + at) - sum4(sums)) * load<f32>(inverse + at));
  }
}

/** Solves rows [from, to) of a job exactly. Scratch: stride² + (64 + 2) · stride floats. */
export function solveExact(scratch: usize, job: usize, from: i32, to: i32): void {
  const offsets = <usize>load<u32>(job);
  const columns = <usize>load<u32>(job, 4);
  const weights = <usize>load<u32>(job, 8);
  const other = <usize>load<u32>(job, 12);
  const own = <usize>load<u32>(job, 16);
  const gram = <usize>load<u32>(job, 20);
  const penalty = <usize>load<u32>(job, 24);
  const stride = load<i32>(job, 28);
  const bytes = (<usize>stride) << 2;
  const matrix = scratch;
  const packed = matrix + <usize>stride * bytes;
  const b = packed + <usize>BLOCK * bytes;
  const inverse = b + bytes;
  for (let row = from; row < to; row++) {
    const target = own + <usize>row * bytes;
    const start = load<i32>(offsets + ((<usize>row) << 2));
    const end = load<i32>(offsets + ((<usize>row) << 2), 4);
    if (start == end) {
      memory.fill(target, 0, bytes);
      continue;
    }
    memory.copy(matrix, gram, <usize>stride * bytes);
    memory.fill(b, 0, bytes);
    for (let first = start; first < end; first += BLOCK) {
      const count = min(BLOCK, end - first);
      for (let n = 0; n < count; n++) {
        const entry = (<usize>(first + n)) << 2;
        const weight = load<f32>(weights + entry);
        // √|c| on both sides of the product gives |c|; the wanted ones also pull: Σ c·h = Σ √c·(√c·h).
        const root = sqrt<f32>(abs<f32>(weight));
        const roots = f32x4.splat(root);
        const pulls = f32x4.splat(weight > 0 ? root : 0);
        const source = other + <usize>load<u32>(columns + entry) * bytes;
        const to = packed + <usize>n * bytes;
        for (let at: usize = 0; at < bytes; at += 16) {
          const scaled = f32x4.mul(v128.load(source + at), roots);
          v128.store(to + at, scaled);
          v128.store(b + at, f32x4.add(v128.load(b + at), f32x4.mul(scaled, pulls)));
        }
      }
      addOuter(packed, count, stride, matrix);
    }
    const regularization = load<f32>(penalty + ((<usize>row) << 2));
    for (let j = 0; j < stride; j++) {
      const at = matrix + <usize>j * (bytes + 4);
      store<f32>(at, load<f32>(at) + regularization);
    }
    factorize(matrix, stride, inverse, regularization);
    substitute(matrix, inverse, stride, b, target);
  }
}

function dot(a: usize, b: usize, bytes: usize): f32 {
  let sums = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) sums = f32x4.add(sums, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  return sum4(sums);
}

/** to += f0·x0 + f1·x1 + f2·x2 + f3·x3. */
function add4(
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  f0: f32,
  f1: f32,
  f2: f32,
  f3: f32,
  to: usize,
  bytes: usize,
): void {
  const v0 = f32x4.splat(f0);
  const v1 = f32x4.splat(f1);
  const v2 = f32x4.splat(f2);
  const v3 = f32x4.splat(f3);
  for (let at: usize = 0; at < bytes; at += 16) {
    const left = f32x4.add(f32x4.mul(v0, v128.load(x0 + at)), f32x4.mul(v1, v128.load(x1 + at)));
    const right = f32x4.add(f32x4.mul(v2, v128.load(x2 + at)), f32x4.mul(v3, v128.load(x3 + at)));
    v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.add(left, right)));
  }
}

/** How much entry's row counts: what is missing to its preference (`first`), or what the matrix gives for score `s`. */
function pull(weight: f32, s: f32, first: bool): f32 {
  return first ? max<f32>(weight, 0) - abs<f32>(weight) * s : abs<f32>(weight) * s;
}

/** out = A·p, or b − A·p when `first`, without ever building A. */
function apply(
  job: usize,
  start: i32,
  end: i32,
  regularization: f32,
  p: usize,
  out: usize,
  first: bool,
): void {
  const columns = <usize>load<u32>(job, 4);
  const weights = <usize>load<u32>(job, 8);
  const other = <usize>load<u32>(job, 12);
  const gram = <usize>load<u32>(job, 20);
  const stride = load<i32>(job, 28);
  const bytes = (<usize>stride) << 2;
  const sign: f32 = first ? -1 : 1;
  const scale = f32x4.splat(sign * regularization);
  for (let at: usize = 0; at < bytes; at += 16) v128.store(out + at, f32x4.mul(scale, v128.load(p + at)));
  for (let j: usize = 0; j < bytes; j += 16) {
    const row = gram + (j >> 2) * bytes;
    const f0 = sign * load<f32>(p + j);
    const f1 = sign * load<f32>(p + j, 4);
    const f2 = sign * load<f32>(p + j, 8);
    const f3 = sign * load<f32>(p + j, 12);
    add4(row, row + bytes, row + 2 * bytes, row + 3 * bytes, f0, f1, f2, f3, out, bytes);
  }
  let entry = start;
  for (; entry + 4 <= end; entry += 4) {
    const c = columns + ((<usize>entry) << 2);
    const w = weights + ((<usize>entry) << 2);
    const h0 = other + <usize>load<u32>(c) * bytes;
    const h1 = other + <usize>load<u32>(c, 4) * bytes;
    const h2 = other + <usize>load<u32>(c, 8) * bytes;
    const h3 = other + <usize>load<u32>(c, 12) * bytes;
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let at: usize = 0; at < bytes; at += 16) {
      const q = v128.load(p + at);
      s0 = f32x4.add(s0, f32x4.mul(q, v128.load(h0 + at)));
      s1 = f32x4.add(s1, f32x4.mul(q, v128.load(h1 + at)));
      s2 = f32x4.add(s2, f32x4.mul(q, v128.load(h2 + at)));
      s3 = f32x4.add(s3, f32x4.mul(q, v128.load(h3 + at)));
    }
    const f0 = pull(load<f32>(w), sum4(s0), first);
    const f1 = pull(load<f32>(w, 4), sum4(s1), first);
    const f2 = pull(load<f32>(w, 8), sum4(s2), first);
    const f3 = pull(load<f32>(w, 12), sum4(s3), first);
    add4(h0, h1, h2, h3, f0, f1, f2, f3, out, bytes);
  }
  for (; entry < end; entry++) {
    const h = other + <usize>load<u32>(columns + ((<usize>entry) << 2)) * bytes;
    const weight = load<f32>(weights + ((<usize>entry) << 2));
    const factor = f32x4.splat(pull(weight, dot(p, h, bytes), first));
    for (let at: usize = 0; at < bytes; at += 16)
      v128.store(out + at, f32x4.add(v128.load(out + at), f32x4.mul(factor, v128.load(h + at))));
  }
}

/** Improves rows [from, to) of a job by some steps of conjugate gradient from where they are. Scratch: 3 · stride floats. */
export function solveCg(scratch: usize, job: usize, from: i32, to: i32): void {
  const offsets = <usize>load<u32>(job);
  const own = <usize>load<u32>(job, 16);
  const penalty = <usize>load<u32>(job, 24);
  const bytes = (<usize>load<u32>(job, 28)) << 2;
  const steps = load<i32>(job, 32);
  const r = scratch;
  const p = r + bytes;
  const ap = p + bytes;
  for (let row = from; row < to; row++) {
    const x = own + <usize>row * bytes;
    const start = load<i32>(offsets + ((<usize>row) << 2));
    const end = load<i32>(offsets + ((<usize>row) << 2), 4);
    if (start == end) {
      memory.fill(x, 0, bytes);
      continue;
    }
    const regularization = load<f32>(penalty + ((<usize>row) << 2));
    apply(job, start, end, regularization, x, r, true);
    memory.copy(p, r, bytes);
    let size = dot(r, r, bytes);
    for (let step = 0; step < steps && size > 1e-20; step++) {
      apply(job, start, end, regularization, p, ap, false);
      const curvature = dot(p, ap, bytes);
      // Not positive only by rounding, when there is nothing left to gain.
      if (!(curvature > 0)) break;
      const alpha = size / curvature;
      const forward = f32x4.splat(alpha);
      for (let at: usize = 0; at < bytes; at += 16) {
        v128.store(x + at, f32x4.add(v128.load(x + at), f32x4.mul(forward, v128.load(p + at))));
        v128.store(r + at, f32x4.sub(v128.load(r + at), f32x4.mul(forward, v128.load(ap + at))));
      }
      const next = dot(r, r, bytes);
      const beta = f32x4.splat(next / size);
      for (let at: usize = 0; at < bytes; at += 16)
        v128.store(p + at, f32x4.add(v128.load(r + at), f32x4.mul(beta, v128.load(p + at))));
      size = next;
    }
  }
}
