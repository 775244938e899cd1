import type { Bytes } from "../units";

/** Bytes `[start, end)`. */
export interface ByteRange {
  readonly start: Bytes;
  readonly end: Bytes;
}

/** Ranges that are sorted, not empty, and neither overlap nor touch. Plain data. */
export type RangeSet = readonly ByteRange[];

export const EMPTY_RANGES: RangeSet = [];

function check(range: ByteRange): void {
  if (!Number.isSafeInteger(range.start) || !Number.isSafeInteger(range.end) || range.start < 0) {
    throw new RangeError("a byte range has whole, non-negative bounds");
  }
}

/** `set` with `range`. An empty range changes nothing. */
export function addRange(set: RangeSet, range: ByteRange): RangeSet {
  check(range);
  if (range.end <= range.start) return set;
  let { start, end } = range;
  const before: ByteRange[] = [];
  const after: ByteRange[] = [];
  for (const held of set) {
    if (held.end < start) before.push(held);
    else if (held.start > end) after.push(held);
    else {
      start = Math.min(start, held.start);
      end = Math.max(end, held.end);
    }
  }
  return [...before, { start, end }, ...after];
}

/** `set` without `range`. */
export function subtractRange(set: RangeSet, range: ByteRange): RangeSet {
  check(range);
  if (range.end <= range.start) return set;
  return set.flatMap((held) =>
    [
      { start: held.start, end: Math.min(held.end, range.start) },
      { start: Math.max(held.start, range.end), end: held.end },
    ].filter((part) => part.end > part.start),
  );
}

/** The parts of `range` that are not in `set`. */
export function missingRanges(set: RangeSet, range: ByteRange): RangeSet {
  check(range);
  let rest: RangeSet = range.end > range.start ? [range] : [];
  for (const held of set) rest = subtractRange(rest, held);
  return rest;
}

/** Whether every byte of `range` is in `set`. */
export function hasRange(set: RangeSet, range: ByteRange): boolean {
  return missingRanges(set, range).length === 0;
}

/** Bytes in `set`. */
export function rangeBytes(set: RangeSet): Bytes {
  return set.reduce((sum, range) => sum + range.end - range.start, 0);
}
