/** Conditional requests on an immutable object (RFC 9110 §13), as pure functions. */

/** The headers that make a request conditional. */
export interface ConditionHeaders {
  readonly "if-match"?: string | undefined;
  readonly "if-none-match"?: string | undefined;
  readonly "if-range"?: string | undefined;
}

/** What the conditions of a GET or HEAD ask for. */
export type ConditionOutcome = "proceed" | "not_modified" | "precondition_failed";

/** An entity tag: optional weakness and the quoted opaque part. */
const TAG = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;
const MAX_HEADER_CHARS = 4096;

/** Whether a list of entity tags names `etag`; weak tags match only in a weak comparison. */
function names(list: string, etag: string, weak: boolean): boolean {
  if (list.length > MAX_HEADER_CHARS) return false;
  if (list.trim() === "*") return true;
  for (const match of list.matchAll(TAG)) {
    if (match[2] === etag && (weak || match[1] === undefined)) return true;
  }
  return false;
}

/** Evaluates If-Match and If-None-Match against the strong tag of the object, quotes included. */
export function evaluateConditions(headers: ConditionHeaders, etag: string): ConditionOutcome {
  const ifMatch = headers["if-match"];
  if (ifMatch !== undefined && !names(ifMatch, etag, false)) return "precondition_failed";
  const ifNoneMatch = headers["if-none-match"];
  if (ifNoneMatch !== undefined && names(ifNoneMatch, etag, true)) return "not_modified";
  return "proceed";
}

/** Whether Range may be honored: If-Range is absent, or is exactly the strong tag. A date never matches, as no Last-Modified is sent. */
export function rangeApplies(headers: ConditionHeaders, etag: string): boolean {
  const ifRange = headers["if-range"];
  return ifRange === undefined || ifRange.trim() === etag;
}
