/** Byte ranges of a media request (RFC 9110 §14), as pure functions. */
import type { Bytes } from "@segue/core";

/** What a Range header selects of an object. `end` is the last byte, inclusive. */
export type RangeChoice =
  | { readonly kind: "whole" }
  | { readonly kind: "part"; readonly start: Bytes; readonly end: Bytes }
  | { readonly kind: "unsatisfiable" };

const WHOLE: RangeChoice = { kind: "whole" };
/** Longer headers are not parsed; no honest single range needs as much. */
const MAX_HEADER_CHARS = 100;
const SINGLE = /^[ \t,]*(?:(\d+)-(\d*)|-(\d+))[ \t,]*$/;

/**
 * Chooses the bytes that `header` selects of an object of `length` bytes.
 *
 * A header that is absent, malformed, in another unit or that names several ranges selects the whole object, as
 * RFC 9110 §14.2 allows. A well-formed single range outside the object is unsatisfiable.
 */
export function chooseRange(header: string | undefined, length: Bytes): RangeChoice {
  if (header === undefined || header.length > MAX_HEADER_CHARS) return WHOLE;
  const equals = header.indexOf("=");
  if (equals < 0 || header.slice(0, equals).toLowerCase() !== "bytes") return WHOLE;
  const match = SINGLE.exec(header.slice(equals + 1));
  if (match === null) return WHOLE;
  const [, first, last, suffix] = match;
  if (suffix !== undefined) {
    const wanted = Number(suffix);
    if (wanted === 0 || length === 0) return { kind: "unsatisfiable" };
    return { kind: "part", start: Math.max(0, length - wanted), end: length - 1 };
  }
  const start = Number(first);
  const end = last ? Number(last) : Number.POSITIVE_INFINITY;
  if (end < start) return WHOLE;
  if (start >= length) return { kind: "unsatisfiable" };
  return { kind: "part", start, end: Math.min(end, length - 1) };
}
