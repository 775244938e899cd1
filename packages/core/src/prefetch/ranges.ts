import type { Bytes } from "../units";

/** Bytes from `start` to `end`, exclusive. */
export interface ByteRange {
  readonly start: Bytes;
  readonly end: Bytes;
}

/** A set of bytes as sorted ranges that neither touch nor overlap. */
export type RangeSet = readonly ByteRange[];

/** `set` and `range` together. */
export function addRange(set: RangeSet, range: ByteRange): RangeSet {
  if (range.end <= range.start) return set;
  const before = set.filter((each) => each.end < range.start);
  const after = set.filter((each) => each.start > range.end);
  const touching = set.slice(before.length, set.length - after.length);
  const start = Math.min(range.start, touching[0]?.start ?? range.start);
  const end = Math.max(range.end, touching.at(-1)?.end ?? range.end);
  return [...before, { start, end }, ...after];
}

/** The part of `range` that `set` does not hold. */
export function missingRanges(set: RangeSet, range: ByteRange): RangeSet {
  const missing: ByteRange[] = [];
  let at = range.start;
  for (const each of set) {
    if (each.end <= at) continue;
    if (each.start >= range.end) break;
    if (each.start > at) missing.push({ start: at, end: each.start });
    at = Math.max(at, each.end);
  }
  if (at < range.end) missing.push({ start: at, end: range.end });
  return missing;
}

/** `set` without `range`. */
export function subtractRange(set: RangeSet, range: ByteRange): RangeSet {
  if (range.end <= range.start) return set;
  return set.flatMap((each) =>
    [
      { start: each.start, end: Math.min(each.end, range.start) },
      { start: Math.max(each.start, range.end), end: each.end },
    ].filter((part) => part.end > part.start),
  );
}

/** Number of bytes in `set`. */
export function byteCount(set: RangeSet): Bytes {
  return set.reduce((sum, range) => sum + range.end - range.start, 0);
}
