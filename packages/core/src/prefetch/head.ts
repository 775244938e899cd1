import { SEGMENT_BYTES } from "../protection/layout";
import type { Bytes } from "../units";
import { FIRST_RANGE_BYTES } from "./plan";

/** Setup headers of the container that precede audio. */
const HEADER_BYTES: Bytes = 8 * 1024;

/** Bytes of the head that is offered before a grant: about 2 s and the headers, at most 128 KiB, in whole segments. */
export function firstRangeBytes(bitrateBps: number): Bytes {
  const enough = HEADER_BYTES + (bitrateBps / 8) * 2;
  return Math.min(FIRST_RANGE_BYTES, Math.ceil(enough / SEGMENT_BYTES) * SEGMENT_BYTES);
}
