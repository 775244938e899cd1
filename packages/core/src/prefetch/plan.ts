import type { Bytes } from "../units";
import { type ByteRange, missingRanges, type RangeSet } from "./ranges";

/** Requests are cut at multiples of a ciphertext segment. */
export const RANGE_ALIGN_BYTES = 16_384;
export const FIRST_RANGE_BYTES = 128 * 1024;
const LARGEST_RANGE_BYTES = 1024 * 1024;
/** Setup headers of the container that precede audio. */
const HEADER_BYTES = 8 * 1024;

/** Place in the order of fetching; lower goes first. */
export type FetchRole = "current" | "next_head" | "next_body" | "next_next";
export const FETCH_PRIORITY: Readonly<Record<FetchRole, number>> = {
  current: 0,
  next_head: 1,
  next_body: 2,
  next_next: 3,
};

const alignUp = (bytes: Bytes) => Math.ceil(bytes / RANGE_ALIGN_BYTES) * RANGE_ALIGN_BYTES;

/** Bytes of an item's first range: about 2 s and the headers, at most 128 KiB, in whole segments. */
export function firstRangeBytes(bitrateBps: number): Bytes {
  return Math.min(FIRST_RANGE_BYTES, alignUp(HEADER_BYTES + (bitrateBps / 8) * 2));
}

/** What the plan must know of an item. */
export interface FetchItem {
  readonly byteLength: Bytes;
  readonly bitrateBps: number;
  /** Ciphertext bytes that are here or on their way. */
  readonly held: RangeSet;
  /** Ciphertext byte at which reading will go on. */
  readonly from: Bytes;
  /** Requests made for the item since its start or last seek; ranges grow with it. */
  readonly requests: number;
  /** Fetch only this many bytes from `from` on. */
  readonly limitBytes?: Bytes | undefined;
}

/** The next range to ask for; null when nothing is missing from `from` to the limit. */
export function nextRange(item: FetchItem): ByteRange | null {
  const start = Math.floor(Math.max(0, item.from) / RANGE_ALIGN_BYTES) * RANGE_ALIGN_BYTES;
  const stop = Math.min(
    item.byteLength,
    item.limitBytes === undefined ? item.byteLength : alignUp(start + item.limitBytes),
  );
  if (stop <= start) return null;
  const gap = missingRanges(item.held, { start, end: stop })[0];
  if (!gap) return null;
  const first = firstRangeBytes(item.bitrateBps);
  const size = Math.min(LARGEST_RANGE_BYTES, first * 2 ** Math.min(10, Math.max(0, item.requests)));
  const begin = Math.floor(gap.start / RANGE_ALIGN_BYTES) * RANGE_ALIGN_BYTES;
  const end = Math.min(item.byteLength, begin + size);
  return { start: begin, end: Math.min(end, gap.end < stop ? alignUp(gap.end) : stop) };
}

/** The next request among several items: by role, then in the order given. */
export function nextFetch<K>(
  items: readonly { readonly key: K; readonly role: FetchRole; readonly item: FetchItem }[],
): { readonly key: K; readonly range: ByteRange } | null {
  const ordered = [...items].sort((a, b) => FETCH_PRIORITY[a.role] - FETCH_PRIORITY[b.role]);
  for (const { key, role, item } of ordered) {
    const limited = role === "next_head" ? { ...item, limitBytes: firstRangeBytes(item.bitrateBps) } : item;
    const range = nextRange(limited);
    if (range) return { key, range };
  }
  return null;
}
