import { type Bytes, type ErrorCode, isErrorCode, SegueError } from "@segue/core";
import { readBody } from "../../api/body";

/** What a media response says about the bytes in its body. */
export interface RangeBody {
  /** First byte of the body within the object. */
  readonly start: Bytes;
  readonly etag: string | null;
}

const LARGEST_PROBLEM: Bytes = 16 * 1024;
const CONTENT_RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/;
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: "url_tampered",
  403: "url_expired",
  404: "media_missing",
  410: "media_missing",
  416: "media_truncated",
  429: "rate_limited",
};

/**
 * Checks a response to `Range: bytes=start-…` of an object of `byteLength` bytes.
 * @throws SegueError of the problem that the server named, or `protocol`, `media_changed`, `media_truncated`
 */
export async function readRangeHead(
  response: Response,
  start: Bytes,
  byteLength: Bytes | null,
  etag: string | null,
): Promise<RangeBody> {
  const answered = response.headers.get("etag");
  if (etag !== null && answered !== null && answered !== etag && response.ok) {
    throw new SegueError("media_changed", { detail: "the entity tag differs from the first one" });
  }
  if (response.status === 200) {
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    const encoded = response.headers.has("content-encoding");
    if (byteLength !== null && !encoded && Number.isFinite(length)) checkLength(length, byteLength);
    return { start: 0, etag: answered };
  }
  if (response.status === 206) {
    const match = CONTENT_RANGE.exec(response.headers.get("content-range") ?? "");
    // A cross-origin answer shows Content-Range only when the server exposes it; the bytes are authenticated anyway.
    if (!match) return { start, etag: answered };
    if (Number(match[1]) !== start) {
      throw new SegueError("protocol", { detail: `asked for byte ${start}, was given byte ${match[1]}` });
    }
    if (byteLength !== null) checkLength(Number(match[3]), byteLength);
    return { start, etag: answered };
  }
  throw await problemOf(response);
}

function checkLength(length: Bytes, expected: Bytes): void {
  if (length < expected) {
    throw new SegueError("media_truncated", {
      detail: `the object has ${length} bytes, the manifest ${expected}`,
    });
  }
  if (length > expected) {
    throw new SegueError("media_changed", {
      detail: `the object has ${length} bytes, the manifest ${expected}`,
    });
  }
}

async function problemOf(response: Response): Promise<SegueError> {
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  const options = {
    detail: `the media server answered ${response.status}`,
    ...(Number.isFinite(retryAfter) && retryAfter >= 0
      ? { retryAfterMs: Math.min(retryAfter, 600) * 1000 }
      : {}),
  };
  let code: ErrorCode | undefined;
  if ((response.headers.get("content-type") ?? "").includes("json")) {
    try {
      const text = new TextDecoder().decode(await readBody(response, LARGEST_PROBLEM));
      const named = (JSON.parse(text) as { code?: unknown } | null)?.code;
      if (isErrorCode(named)) code = named;
    } catch {
      // The status alone decides.
    }
  } else {
    await response.body?.cancel().catch(() => undefined);
  }
  if (code === "range_not_satisfiable") code = "media_truncated";
  return new SegueError(
    code ?? BY_STATUS[response.status] ?? (response.status >= 500 ? "unavailable" : "protocol"),
    options,
  );
}
