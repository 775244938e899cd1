/** What of a media object is fetched next, how much of it at once, and when a running range gives way to another. */
import type { Bytes, Milliseconds } from "../units";
import type { FetchAhead } from "./ahead";
import { type ByteRange, missingRanges, type RangeSet } from "./ranges";

/** The first range of an object, and the first one after a jump. */
export const FIRST_RANGE_BYTES: Bytes = 128 * 1024;
const LARGEST_RANGE_BYTES: Bytes = 1024 * 1024;
/** A range that came within this time lets the next one be larger. */
const QUICK_MS: Milliseconds = 2_000;
/** A running range is worth waiting for when it is at most this many segments away. */
const REACH_SEGMENTS = 16;

/** A media object that is being fetched. Plain data. */
export interface Fetching {
  readonly byteLength: Bytes;
  /** Ranges are cut at multiples of a ciphertext segment. */
  readonly segmentBytes: Bytes;
  /** The whole segments that are here. */
  readonly held: RangeSet;
  /** Where the segment begins that is waited for; null while nothing is. */
  readonly wanted: Bytes | null;
  /** Where the segment begins that was asked for last. */
  readonly cursor: Bytes;
  readonly ahead: FetchAhead;
  /** Most bytes of the next range: `FIRST_RANGE_BYTES` at first, then what `grownRange` says. */
  readonly rangeBytes: Bytes;
}

/** The next range to ask for: no byte of it is held. Null when there is nothing to fetch for now. */
export function nextRange(fetching: Fetching): ByteRange | null {
  const start = startOf(fetching);
  if (start === null) return null;
  const { byteLength, segmentBytes, held, rangeBytes } = fetching;
  const size = Math.ceil(rangeBytes / segmentBytes) * segmentBytes;
  return missingRanges(held, { start, end: Math.min(byteLength, start + size) })[0] ?? null;
}

/** First what is waited for, then what follows it, then what was jumped over. */
function startOf({ byteLength, held, wanted, cursor, ahead }: Fetching): Bytes | null {
  if (wanted !== null) return wanted;
  const missingFrom = (start: Bytes) => missingRanges(held, { start, end: byteLength })[0]?.start ?? null;
  switch (ahead) {
    case "none":
      return null;
    case "head": {
      const first = missingFrom(0);
      return first !== null && first < FIRST_RANGE_BYTES ? first : null;
    }
    case "all":
      return missingFrom(cursor) ?? missingFrom(0);
  }
}

/** Most bytes of the range after one of up to `rangeBytes` that came whole in `tookMs`. */
export function grownRange(rangeBytes: Bytes, tookMs: Milliseconds): Bytes {
  return tookMs < QUICK_MS ? Math.min(LARGEST_RANGE_BYTES, rangeBytes * 2) : rangeBytes;
}

/** Whether a range that has come up to `position` and ends at `end` gives way to one that begins at segment `wanted`. */
export function givesWay(
  running: { readonly position: Bytes; readonly end: Bytes },
  wanted: Bytes,
  segmentBytes: Bytes,
): boolean {
  const at = Math.floor(running.position / segmentBytes) * segmentBytes;
  return wanted < at || wanted >= running.end || wanted > at + REACH_SEGMENTS * segmentBytes;
}
