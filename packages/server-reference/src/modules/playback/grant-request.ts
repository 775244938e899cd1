/** What the grant route accepts beyond what the wire format says. */
import { type Codec, ensureId, type GrantRequest, isId, SegueError } from "@segue/core";

/** Most tracks that one request may ask for. */
export const MAX_GRANT_ITEMS = 50;

const CODECS: readonly Codec[] = ["vorbis", "aac"];

function broken(pointer: string, message: string): SegueError {
  return new SegueError("invalid_request", {
    detail: `${pointer}: ${message}`,
    errors: [{ pointer, message }],
  });
}

/**
 * Returns `request` when it keeps the rules of a GrantRequest.
 * @throws SegueError `invalid_request` with the field, or `invalid_id`
 */
export function checkGrantRequest(request: GrantRequest): GrantRequest {
  const { items, codecs, maxBitrateBps } = request;
  ensureId("device", request.deviceId);
  if (items.length < 1 || items.length > MAX_GRANT_ITEMS)
    throw broken("/items", `expected 1 to ${MAX_GRANT_ITEMS} entries`);
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (!isId("track", item.trackId)) throw broken(`/items/${index}/trackId`, "expected a track id");
    if (seen.has(item.trackId)) throw broken(`/items/${index}/trackId`, "is listed twice");
    seen.add(item.trackId);
    const preferred = item.preferredRenditionId;
    if (preferred !== undefined && !isId("rendition", preferred))
      throw broken(`/items/${index}/preferredRenditionId`, "expected a rendition id");
  }
  if (codecs.length < 1 || codecs.length > 8) throw broken("/codecs", "expected 1 to 8 entries");
  if (!codecs.some((codec) => CODECS.includes(codec))) throw broken("/codecs", "expected vorbis or aac");
  if (maxBitrateBps !== undefined && !(Number.isInteger(maxBitrateBps) && maxBitrateBps >= 0))
    throw broken("/maxBitrateBps", "expected bits per second, from 0");
  return request;
}
