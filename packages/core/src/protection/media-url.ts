import { SegueError } from "../errors/segue-error";
import type { Bytes } from "../units";

/** Query of a media URL. */
export interface MediaUrlQuery {
  readonly exp: number;
  readonly max: Bytes;
  /** Id of the HMAC secret. */
  readonly kid: string;
  /** base64url, no padding: 43 characters. */
  readonly sig: string;
}

/** Path and query of a media URL. */
export function formatMediaUrl(hash: string, query: MediaUrlQuery): string {
  return `/v1/media/${hash}?exp=${query.exp}&max=${query.max}&kid=${query.kid}&sig=${query.sig}`;
}

/** Whether `value` can be the address of a media object. */
export function isMediaHash(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

/**
 * Reads the query of a media URL. A number has one form only: decimal, no sign, no leading zero.
 * @throws SegueError `url_tampered` when a parameter is missing, repeated or out of bounds
 */
export function parseMediaUrlQuery(query: Readonly<Record<string, unknown>>): MediaUrlQuery {
  const text = (name: string, pattern: RegExp): string => {
    const value = Object.hasOwn(query, name) ? query[name] : undefined;
    if (typeof value === "string" && pattern.test(value)) return value;
    throw new SegueError("url_tampered", { detail: `\`${name}\` is missing or malformed` });
  };
  return {
    exp: Number(text("exp", /^(0|[1-9]\d{0,11})$/)),
    max: Number(text("max", /^[1-9]\d{0,14}$/)),
    kid: text("kid", /^[A-Za-z0-9_-]{1,64}$/),
    sig: text("sig", /^[A-Za-z0-9_-]{43}$/),
  };
}
