// The k best inner products of many queries against all rows, exactly: a first pass over 16-bit copies, four queries
// against eight rows at a time, keeps every row whose true score could still be among the k best; the few that remain are
// scored from their 32-bit floats. Layouts and the bound on the error stand in neighbors/quantized-rows.ts.

import { drain, selectLargest, sink, sort } from "./shared/keys";

// A query's state, 32 bytes.
const FLOOR: usize = 0; // i32: only a first-pass score above it may still count
const COUNT: usize = 4; // i32: rows kept
const MARGIN: usize = 8; // i32: how far below the k-th best first-pass score a row may still count
const OVERFLOW: usize = 12; // i32: 1 when too many rows tie to be kept
const KEPT: usize = 16; // address of the kept keys
const HIDDEN: usize = 20; // address of a bit per slot: rows that may not be returned; 0 for none
const LENGTH: usize = 24; // f32: length of the 16-bit query
const GUESS: usize = 28; // i32: the floor that a sample suggested; the least number for none
const STATE_BYTES: usize = 32;

/** Groups of four rows in a tile; 64 dimensions of a tile fill 16 KiB, which stays in the first cache. */
const TILE: i32 = 32;

/** Drops what can no longer be among the k best. */
function compact(state: usize, k: i32, capacity: i32): void {
  const keys = <usize>load<u32>(state, KEPT);
  const count = load<i32>(state, COUNT);
  if (count < k) return;
  const least = <i32>(<u32>(selectLargest(keys, count, k) >> 32) ^ 0x80000000);
  const lowest = <i64>least - <i64>load<i32>(state, MARGIN);
  const floor = <i32>max<i64>(lowest, <i64>i32.MIN_VALUE);
  store<i32>(state, floor, FLOOR);
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const key = load<u64>(keys + (<usize>at << 3));
    if (<i32>(<u32>(key >> 32) ^ 0x80000000) <= floor) continue;
    store<u64>(keys + (<usize>kept << 3), key);
    kept++;
  }
  store<i32>(state, kept, COUNT);
  if (kept > capacity - 8) {
    store<i32>(state, 1, OVERFLOW);
    store<i32>(state, i32.MAX_VALUE, FLOOR);
  }
}

/** Keeps the rows of one group whose first-pass score is above the floor. */
function keep(state: usize, scores: v128, slot: i32, size: i32, k: i32, capacity: i32): void {
  let above = i32x4.bitmask(i32x4.gt_s(scores, v128.load32_splat(state, FLOOR)));
  const hidden = <usize>load<u32>(state, HIDDEN);
  while (above != 0) {
    const lane = ctz(above);
    above &= above - 1;
    const at = slot + lane;
    if (at >= size) break;
    if (hidden != 0 && (load<u8>(hidden + (<usize>at >> 3)) >> <u8>(at & 7)) & 1) continue;
    let score = i32x4.extract_lane(scores, 0);
    if (lane == 1) score = i32x4.extract_lane(scores, 1);
    else if (lane == 2) score = i32x4.extract_lane(scores, 2);
    else if (lane == 3) score = i32x4.extract_lane(scores, 3);
    const count = load<i32>(state, COUNT);
    const key = (<u64>(<u32>score ^ 0x80000000) << 32) | <u64>at;
    store<u64>(<usize>load<u32>(state, KEPT) + (<usize>count << 3), key);
    store<i32>(state, count + 1, COUNT);
  }
  if (load<i32>(state, COUNT) > capacity - 4) compact(state, k, capacity);
}

// @ts-ignore: decorator
@inline
function reachable(state: usize, tileLength: f32): bool {
  // The product of two lengths bounds the first-pass score; the factor covers its rounding.
  return load<f32>(state, LENGTH) * tileLength * 1.00001 > <f32>load<i32>(state, FLOOR);
}

/**
 * Guesses each query's floor from the rows of every `step`-th pair of groups, so that most rows that will not be among the
 * `k` best are never kept: the `place`-th best of the sample. `finish` says when the guess was too high.
 */
export function guess(
  rows: usize,
  groups: i32,
  pairs: i32,
  size: i32,
  queries: usize,
  quads: i32,
  states: usize,
  step: i32,
  place: i32,
): void {
  const groupBytes = <usize>pairs << 4;
  for (let quad = 0; quad < quads; quad++) {
    const s0 = states + (<usize>quad << 2) * STATE_BYTES;
    const query = queries + <usize>quad * groupBytes;
    for (let group = 0; group < groups; group += step) {
      const row = rows + <usize>group * groupBytes;
      let a0 = i32x4.splat(0);
      let a1 = a0;
      let a2 = a0;
      let a3 = a0;
      for (let at: usize = 0; at < groupBytes; at += 16) {
        const a = v128.load(row + at);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(a, v128.load32_splat(query + at)));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(a, v128.load32_splat(query + at, 4)));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(a, v128.load32_splat(query + at, 8)));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(a, v128.load32_splat(query + at, 12)));
      }
      const slot = group << 2;
      gather(s0, a0, slot, size);
      gather(s0 + STATE_BYTES, a1, slot, size);
      gather(s0 + 2 * STATE_BYTES, a2, slot, size);
      gather(s0 + 3 * STATE_BYTES, a3, slot, size);
    }
    for (let each: usize = 0; each < 4; each++) {
      const state = s0 + each * STATE_BYTES;
      const count = load<i32>(state, COUNT);
      if (count >= place) {
        const key = selectLargest(<usize>load<u32>(state, KEPT), count, place);
        const floor = <i32>(<u32>(key >> 32) ^ 0x80000000) - 1;
        store<i32>(state, floor, FLOOR);
        store<i32>(state, floor, GUESS);
      }
      store<i32>(state, 0, COUNT);
    }
  }
}

/** Keeps the scores of a group whatever they are. */
function gather(state: usize, scores: v128, slot: i32, size: i32): void {
  if (load<i32>(state, FLOOR) == i32.MAX_VALUE) return;
  const hidden = <usize>load<u32>(state, HIDDEN);
  let count = load<i32>(state, COUNT);
  const keys = <usize>load<u32>(state, KEPT);
  for (let lane = 0; lane < 4; lane++) {
    const at = slot + lane;
    if (at >= size) break;
    const score = i32x4.extract_lane(scores, 0);
    scores = v128.shuffle<i32>(scores, scores, 1, 2, 3, 0);
    if (hidden != 0 && (load<u8>(hidden + (<usize>at >> 3)) >> <u8>(at & 7)) & 1) continue;
    store<u64>(keys + (<usize>count << 3), (<u64>(<u32>score ^ 0x80000000) << 32) | <u64>at);
    count++;
  }
  store<i32>(state, count, COUNT);
}

/**
 * First pass. `rows`: groups of four rows, `pairs` 16-byte steps each; an even number of groups. `queries`: groups of
 * four queries in the same manner. `tileLengths`: the longest row of each tile. States are those of 4 · `quads` queries.
 */
export function scan(
  rows: usize,
  groups: i32,
  pairs: i32,
  tileLengths: usize,
  size: i32,
  queries: usize,
  quads: i32,
  states: usize,
  k: i32,
  capacity: i32,
): void {
  const groupBytes = <usize>pairs << 4;
  for (let tile = 0; tile * TILE < groups; tile++) {
    const from = tile * TILE;
    const to = min(groups, from + TILE);
    const tileLength = load<f32>(tileLengths + (<usize>tile << 2));
    for (let quad = 0; quad < quads; quad++) {
      const s0 = states + (<usize>quad << 2) * STATE_BYTES;
      const s1 = s0 + STATE_BYTES;
      const s2 = s1 + STATE_BYTES;
      const s3 = s2 + STATE_BYTES;
      if (
        !reachable(s0, tileLength) &&
        !reachable(s1, tileLength) &&
        !reachable(s2, tileLength) &&
        !reachable(s3, tileLength)
      )
        continue;
      const query = queries + <usize>quad * groupBytes;
      let row = rows + <usize>from * groupBytes;
      for (let group = from; group < to; group += 2, row += groupBytes << 1) {
        let a0 = i32x4.splat(0);
        let a1 = a0;
        let a2 = a0;
        let a3 = a0;
        let b0 = a0;
        let b1 = a0;
        let b2 = a0;
        let b3 = a0;
        for (let at: usize = 0; at < groupBytes; at += 16) {
          const a = v128.load(row + at);
          const b = v128.load(row + groupBytes + at);
          let q = v128.load32_splat(query + at);
          a0 = i32x4.add(a0, i32x4.dot_i16x8_s(a, q));
          b0 = i32x4.add(b0, i32x4.dot_i16x8_s(b, q));
          q = v128.load32_splat(query + at, 4);
          a1 = i32x4.add(a1, i32x4.dot_i16x8_s(a, q));
          b1 = i32x4.add(b1, i32x4.dot_i16x8_s(b, q));
          q = v128.load32_splat(query + at, 8);
          a2 = i32x4.add(a2, i32x4.dot_i16x8_s(a, q));
          b2 = i32x4.add(b2, i32x4.dot_i16x8_s(b, q));
          q = v128.load32_splat(query + at, 12);
          a3 = i32x4.add(a3, i32x4.dot_i16x8_s(a, q));
          b3 = i32x4.add(b3, i32x4.dot_i16x8_s(b, q));
        }
        const h0 = i32x4.gt_s(i32x4.max_s(a0, b0), v128.load32_splat(s0, FLOOR));
        const h1 = i32x4.gt_s(i32x4.max_s(a1, b1), v128.load32_splat(s1, FLOOR));
        const h2 = i32x4.gt_s(i32x4.max_s(a2, b2), v128.load32_splat(s2, FLOOR));
        const h3 = i32x4.gt_s(i32x4.max_s(a3, b3), v128.load32_splat(s3, FLOOR));
        if (!v128.any_true(v128.or(v128.or(h0, h1), v128.or(h2, h3)))) continue;
        const slot = group << 2;
        if (v128.any_true(h0)) {
          keep(s0, a0, slot, size, k, capacity);
          keep(s0, b0, slot + 4, size, k, capacity);
        }
        if (v128.any_true(h1)) {
          keep(s1, a1, slot, size, k, capacity);
          keep(s1, b1, slot + 4, size, k, capacity);
        }
        if (v128.any_true(h2)) {
          keep(s2, a2, slot, size, k, capacity);
          keep(s2, b2, slot + 4, size, k, capacity);
        }
        if (v128.any_true(h3)) {
          keep(s3, a3, slot, size, k, capacity);
          keep(s3, b3, slot + 4, size, k, capacity);
        }
      }
    }
  }
}

/** The first pass of one query alone over the groups [`from`, `to`), sixteen rows at a time; both multiples of four. */
export function scanOne(
  rows: usize,
  from: i32,
  to: i32,
  pairs: i32,
  tileLengths: usize,
  size: i32,
  query: usize,
  state: usize,
  k: i32,
  capacity: i32,
): void {
  const groupBytes = <usize>pairs << 4;
  for (let group = from; group < to; group += 4) {
    if ((group & (TILE - 1)) == 0 && !reachable(state, load<f32>(tileLengths + (<usize>(group / TILE) << 2)))) {
      group += TILE - 4;
      continue;
    }
    const row = rows + <usize>group * groupBytes;
    let a = i32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let at: usize = 0; at < groupBytes; at += 16) {
      const q = v128.load32_splat(query + at);
      a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(row + at), q));
      b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(row + groupBytes + at), q));
      c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load(row + 2 * groupBytes + at), q));
      d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load(row + 3 * groupBytes + at), q));
    }
    const most = i32x4.max_s(i32x4.max_s(a, b), i32x4.max_s(c, d));
    if (!v128.any_true(i32x4.gt_s(most, v128.load32_splat(state, FLOOR)))) continue;
    const slot = group << 2;
    keep(state, a, slot, size, k, capacity);
    keep(state, b, slot + 4, size, k, capacity);
    keep(state, c, slot + 8, size, k, capacity);
    keep(state, d, slot + 12, size, k, capacity);
  }
}

/** A distance's bits as a whole number in the order of distances. */
// @ts-ignore: decorator
@inline
function ordered(distance: f32): u32 {
  const bits = reinterpret<u32>(distance);
  return bits & 0x80000000 ? ~bits : bits | 0x80000000;
}

/** The negated score: a 64-bit sum in the order of dimensions, rounded once, as the plain search has it. */
// @ts-ignore: decorator
@inline
function distanceTo(query: usize, row: usize, dimensions: i32): f32 {
  let sum: f64 = 0;
  const end = row + (<usize>dimensions << 2);
  for (; row < end; row += 4, query += 4) sum += <f64>load<f32>(query) * <f64>load<f32>(row);
  return 0 - <f32>sum;
}

/**
 * Second pass for one query: scores what was kept and leaves the best in `out`, ascending, as (rank, bits of the distance);
 * returns how many, or −1 when the guessed floor was too high. `floats` are rows in the order of slots, `ranks` the rank of each slot.
 */
export function finish(
  floats: usize,
  dimensions: i32,
  ranks: usize,
  query: usize,
  state: usize,
  k: i32,
  capacity: i32,
  out: usize,
): i32 {
  const guessed = load<i32>(state, GUESS);
  if (guessed != i32.MIN_VALUE && load<i32>(state, COUNT) < k) return -1;
  compact(state, k, capacity);
  if (load<i32>(state, FLOOR) < guessed) return -1;
  const keys = <usize>load<u32>(state, KEPT);
  const count = load<i32>(state, COUNT);
  const rowBytes = <usize>dimensions << 2;
  let at = 0;
  for (; at + 4 <= count; at += 4) {
    const k0 = keys + (<usize>at << 3);
    // Four rows at once: each sum is a chain of additions, and four chains overlap.
    const r0 = floats + <usize>load<u32>(k0) * rowBytes;
    const r1 = floats + <usize>load<u32>(k0, 8) * rowBytes;
    const r2 = floats + <usize>load<u32>(k0, 16) * rowBytes;
    const r3 = floats + <usize>load<u32>(k0, 24) * rowBytes;
    let t0: f64 = 0;
    let t1: f64 = 0;
    let t2: f64 = 0;
    let t3: f64 = 0;
    for (let c: usize = 0; c < rowBytes; c += 4) {
      const q = <f64>load<f32>(query + c);
      t0 += q * <f64>load<f32>(r0 + c);
      t1 += q * <f64>load<f32>(r1 + c);
      t2 += q * <f64>load<f32>(r2 + c);
      t3 += q * <f64>load<f32>(r3 + c);
    }
    rekey(k0, ranks, 0 - <f32>t0);
    rekey(k0 + 8, ranks, 0 - <f32>t1);
    rekey(k0 + 16, ranks, 0 - <f32>t2);
    rekey(k0 + 24, ranks, 0 - <f32>t3);
  }
  for (; at < count; at++) {
    const key = keys + (<usize>at << 3);
    rekey(key, ranks, distanceTo(query, floats + <usize>load<u32>(key) * rowBytes, dimensions));
  }
  sort(keys, 0, count);
  return deliver(keys, min(count, k), out);
}

// @ts-ignore: decorator
@inline
function rekey(key: usize, ranks: usize, distance: f32): void {
  const rank = load<u32>(ranks + (<usize>load<u32>(key) << 2));
  store<u64>(key, (<u64>ordered(distance) << 32) | <u64>rank);
}

function deliver(keys: usize, count: i32, out: usize): i32 {
  for (let at = 0; at < count; at++) {
    const key = load<u64>(keys + (<usize>at << 3));
    const bits = <u32>(key >> 32);
    const to = out + (<usize>at << 3);
    store<u32>(to, <u32>key);
    store<u32>(to, bits & 0x80000000 ? bits & 0x7fffffff : ~bits, 4);
  }
  return count;
}

/** Scores every row from its floats: for queries against which too many rows tie. `heap` has room for `k` keys. */
export function scanFloats(
  floats: usize,
  dimensions: i32,
  ranks: usize,
  size: i32,
  query: usize,
  hidden: usize,
  k: i32,
  heap: usize,
  out: usize,
): i32 {
  for (let at = 0; at < k; at++) store<u64>(heap + (<usize>at << 3), u64.MAX_VALUE);
  let found = 0;
  for (let slot = 0; slot < size; slot++) {
    if (hidden != 0 && (load<u8>(hidden + (<usize>slot >> 3)) >> <u8>(slot & 7)) & 1) continue;
    found++;
    const distance = distanceTo(query, floats + <usize>slot * (<usize>dimensions << 2), dimensions);
    const key = (<u64>ordered(distance) << 32) | <u64>load<u32>(ranks + (<usize>slot << 2));
    if (key < load<u64>(heap)) sink(heap, 0, k, key);
  }
  drain(heap, k);
  return deliver(heap, min(found, k), out);
}
