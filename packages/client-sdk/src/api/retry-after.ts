import type { Milliseconds } from "@segue/core";

/** `Retry-After` as milliseconds from now: seconds or an HTTP date. Undefined when absent or unreadable. */
export function retryAfterMs(header: string | null, nowMs: Milliseconds): Milliseconds | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
