/** Answers requests for media objects: who may read which bytes, and as which HTTP response. */
import type { FileHandle } from "node:fs/promises";
import { type Bytes, isMediaHash, type Milliseconds, SegueError } from "@segue/core";
import { type ConditionHeaders, evaluateConditions, rangeApplies } from "./conditions";
import type { MediaUrlSigner } from "./media-url";
import { chooseRange } from "./range";

/** Where ciphertext lies. */
export interface MediaFiles {
  /** Opens the object for reading; null when it is not there. The caller closes the handle. */
  open(hash: string): Promise<{ readonly handle: FileHandle; readonly byteLength: Bytes } | null>;
}

/** A request for a media object. */
export interface MediaRequest {
  readonly hash: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: ConditionHeaders & { readonly range?: string | undefined };
  readonly nowMs: Milliseconds;
}

/** What to answer. Whoever gets `body` streams it and closes the handle. */
export interface MediaAnswer {
  readonly status: 200 | 206 | 304 | 412 | 416;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly handle: FileHandle; readonly start: Bytes; readonly end: Bytes } | null;
}

/** One year: the address is the hash of the bytes, so the bytes never change. */
const IMMUTABLE = "public, max-age=31536000, immutable";

/** Headers of every answer that carries, or could carry, the object. */
function baseHeaders(etag: string): Record<string, string> {
  return { etag, "cache-control": IMMUTABLE, "accept-ranges": "bytes" };
}

/**
 * Decides the answer to a GET (or HEAD) of a media object.
 * @throws SegueError `not_found`, `url_tampered`, `url_expired`, `media_missing`, `range_not_granted`
 */
export async function answerMedia(
  signer: MediaUrlSigner,
  files: MediaFiles,
  request: MediaRequest,
  method: "GET" | "HEAD",
): Promise<MediaAnswer> {
  if (!isMediaHash(request.hash)) throw new SegueError("not_found");
  const grant = signer.verify(request.hash, request.query, request.nowMs);
  const etag = `"${request.hash}"`;
  const outcome = evaluateConditions(request.headers, etag);
  if (outcome === "not_modified") return { status: 304, headers: baseHeaders(etag), body: null };
  if (outcome === "precondition_failed") return { status: 412, headers: {}, body: null };
  const opened = await files.open(request.hash);
  if (opened === null) throw new SegueError("media_missing");
  let kept = false;
  try {
    const { byteLength } = opened;
    // A granted URL never covers more than the object has: a shorter file lost its end.
    if (byteLength < grant.max) throw new SegueError("media_missing");
    const common = { ...baseHeaders(etag), "content-type": "application/octet-stream" };
    // RFC 9110 §14.2 defines Range for GET only.
    if (method === "HEAD")
      return { status: 200, headers: { ...common, "content-length": String(byteLength) }, body: null };
    const range = rangeApplies(request.headers, etag) ? request.headers.range : undefined;
    const choice = chooseRange(range, byteLength);
    if (choice.kind === "unsatisfiable")
      return { status: 416, headers: { "content-range": `bytes */${byteLength}` }, body: null };
    const part = choice.kind === "part" ? choice : { start: 0, end: byteLength - 1 };
    if (part.end >= grant.max) throw new SegueError("range_not_granted");
    kept = true;
    const length = { "content-length": String(part.end - part.start + 1) };
    const body = { handle: opened.handle, start: part.start, end: part.end };
    if (choice.kind === "whole") return { status: 200, headers: { ...common, ...length }, body };
    const contentRange = { "content-range": `bytes ${part.start}-${part.end}/${byteLength}` };
    return { status: 206, headers: { ...common, ...length, ...contentRange }, body };
  } finally {
    if (!kept) await opened.handle.close();
  }
}
