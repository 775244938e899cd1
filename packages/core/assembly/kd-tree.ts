// Exact nearest neighbors in 8 dimensions over the arrays of neighbors/kd-tree-shape.ts. Distances and bounds take the
// steps of the plain search, lane by lane, so that both give the same bits. Distances are never negative, so their bits,
// above a rank, are whole numbers in the order of (distance, rank).

import { drain, sink } from "./shared/keys";

const DIMENSIONS: usize = 8;
const BLOCK_BYTES: usize = DIMENSIONS * 16;
const NODE_BYTES: usize = DIMENSIONS * 32;
/** Infinitely far, and after every rank: what an empty place in the heap holds. */
const NOTHING: u64 = 0x7f800000_ffffffff;

// @ts-ignore: decorator
@inline
function addSquare(sum: v128, difference: v128): v128 {
  return f32x4.add(sum, f32x4.mul(difference, difference));
}

// @ts-ignore: decorator
@inline
function addGap(sum: v128, box: usize, query: v128, offset: usize): v128 {
  const below = f32x4.sub(v128.load(box + offset), query);
  const above = f32x4.sub(query, v128.load(box + offset + 16));
  const gap = f32x4.max(f32x4.max(below, above), f32x4.splat(0));
  return addSquare(sum, gap);
}

/** Puts a child on the stack above those that are at least as far; `from` is where its siblings start. */
// @ts-ignore: decorator
@inline
function push(stack: usize, from: i32, top: i32, bound: f32, node: u32, level: i32): void {
  let place = top;
  while (place > from) {
    const below = stack + (<usize>(place - 1) << 4);
    if (load<f32>(below) > bound) break;
    v128.store(below + 16, v128.load(below));
    place--;
  }
  const to = stack + (<usize>place << 4);
  store<f32>(to, bound);
  store<u32>(to, node, 4);
  store<i32>(to, level, 8);
}

/**
 * Searches for `count` queries, 8 floats each, one after another. `out` receives `k` keys per query in ascending order:
 * a rank, then the bits of a distance. `stack` has room for 16 · 4 · (height + 1) bytes. `k` is 1 to the number of points.
 */
export function search(
  points: usize,
  ranks: usize,
  boxes: usize,
  levelStarts: usize,
  height: i32,
  blocks: i32,
  scale: f32,
  queries: usize,
  count: i32,
  k: i32,
  stack: usize,
  out: usize,
): void {
  const leafBytes = <usize>blocks * BLOCK_BYTES;
  const leafRankBytes = <usize>blocks << 4;
  for (let each = 0; each < count; each++) {
    const query = queries + <usize>each * (DIMENSIONS << 2);
    const heap = out + ((<usize>each * <usize>k) << 3);
    for (let at = 0; at < k; at++) store<u64>(heap + (<usize>at << 3), NOTHING);
    const q0 = v128.load32_splat(query, 0);
    const q1 = v128.load32_splat(query, 4);
    const q2 = v128.load32_splat(query, 8);
    const q3 = v128.load32_splat(query, 12);
    const q4 = v128.load32_splat(query, 16);
    const q5 = v128.load32_splat(query, 20);
    const q6 = v128.load32_splat(query, 24);
    const q7 = v128.load32_splat(query, 28);
    let worst = reinterpret<f32>(<u32>(load<u64>(heap) >> 32));
    let top = 1;
    store<f32>(stack, 0);
    store<u32>(stack, 0, 4);
    store<i32>(stack, height, 8);
    while (top > 0) {
      top--;
      const entry = stack + (<usize>top << 4);
      if (load<f32>(entry) * scale > worst) continue;
      const node = load<u32>(entry, 4);
      const level = load<i32>(entry, 8);
      if (level == 0) {
        let block = points + <usize>node * leafBytes;
        let rank = ranks + <usize>node * leafRankBytes;
        const end = block + leafBytes;
        let limit = f32x4.splat(worst);
        for (; block < end; block += BLOCK_BYTES, rank += 16) {
          const first = f32x4.sub(v128.load(block), q0);
          let d = f32x4.mul(first, first);
          d = addSquare(d, f32x4.sub(v128.load(block, 16), q1));
          d = addSquare(d, f32x4.sub(v128.load(block, 32), q2));
          d = addSquare(d, f32x4.sub(v128.load(block, 48), q3));
          d = addSquare(d, f32x4.sub(v128.load(block, 64), q4));
          d = addSquare(d, f32x4.sub(v128.load(block, 80), q5));
          d = addSquare(d, f32x4.sub(v128.load(block, 96), q6));
          d = addSquare(d, f32x4.sub(v128.load(block, 112), q7));
          let near = i32x4.bitmask(f32x4.le(d, limit));
          if (near == 0) continue;
          // The block's own bytes cannot hold them, so the lanes go through the stack's free end.
          const spill = stack + (<usize>top << 4);
          v128.store(spill, d);
          do {
            const lane = <usize>ctz(near) << 2;
            near &= near - 1;
            const key = (<u64>load<u32>(spill + lane) << 32) | <u64>load<u32>(rank + lane);
            if (key < load<u64>(heap)) sink(heap, 0, k, key);
          } while (near != 0);
          worst = reinterpret<f32>(<u32>(load<u64>(heap) >> 32));
          limit = f32x4.splat(worst);
        }
      } else {
        const below = level - 1;
        const box = boxes + <usize>(load<u32>(levelStarts + (<usize>below << 2)) + node) * NODE_BYTES;
        let bound = addGap(f32x4.splat(0), box, q0, 0);
        bound = addGap(bound, box, q1, 32);
        bound = addGap(bound, box, q2, 64);
        bound = addGap(bound, box, q3, 96);
        bound = addGap(bound, box, q4, 128);
        bound = addGap(bound, box, q5, 160);
        bound = addGap(bound, box, q6, 192);
        bound = addGap(bound, box, q7, 224);
        const child = node << 2;
        const from = top;
        const b0 = f32x4.extract_lane(bound, 0);
        const b1 = f32x4.extract_lane(bound, 1);
        const b2 = f32x4.extract_lane(bound, 2);
        const b3 = f32x4.extract_lane(bound, 3);
        // An absent child is infinitely far, and so would pass while the heap is not full.
        if (b0 * scale <= worst && b0 < f32.MAX_VALUE) push(stack, from, top++, b0, child, below);
        if (b1 * scale <= worst && b1 < f32.MAX_VALUE) push(stack, from, top++, b1, child + 1, below);
        if (b2 * scale <= worst && b2 < f32.MAX_VALUE) push(stack, from, top++, b2, child + 2, below);
        if (b3 * scale <= worst && b3 < f32.MAX_VALUE) push(stack, from, top++, b3, child + 3, below);
      }
    }
    drain(heap, k);
  }
}
