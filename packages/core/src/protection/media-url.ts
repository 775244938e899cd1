/** Media URLs as they are written: `/v1/media/{hash}?exp&max&kid&sig`. Who signs one adds the signature. */
import { SegueError } from "../errors/segue-error";
import type { Bytes } from "../units";

/** Query of a media URL. */
export interface MediaUrlQuery {
  /** When it stops working, in Unix seconds. */
  readonly exp: number;
  /** Bytes that it covers, from byte 0. */
  readonly max: Bytes;
  /** Id of the HMAC secret. */
  readonly kid: string;
  /** base64url, no padding: 43 characters. */
  readonly sig: string;
}

const HASH = /^[0-9a-f]{64}$/;
const EXP = /^(0|[1-9]\d{0,11})$/;
const MAX = /^[1-9]\d{0,14}$/;
const KID = /^[A-Za-z0-9_-]{1,64}$/;
const SIG = /^[A-Za-z0-9_-]{43}$/;

/** Path and query of a media URL. */
export function formatMediaUrl(hash: string, query: MediaUrlQuery): string {
  return `/v1/media/${hash}?exp=${query.exp}&max=${query.max}&kid=${query.kid}&sig=${query.sig}`;
}

/** Whether `value` can be the address of a media object. */
export function isMediaHash(value: unknown): value is string {
  return typeof value === "string" && HASH.test(value);
}

/**
 * Reads the query of a media URL; parameters that it does not know are not looked at. A number has one form only:
 * decimal, no sign, no leading zero, so that what was signed can be written again from what was read.
 * @throws SegueError `url_tampered` when a parameter is missing, repeated or out of bounds
 */
export function parseMediaUrlQuery(query: Readonly<Record<string, unknown>>): MediaUrlQuery {
  return {
    exp: Number(parameter(query, "exp", EXP)),
    max: Number(parameter(query, "max", MAX)),
    kid: parameter(query, "kid", KID),
    sig: parameter(query, "sig", SIG),
  };
}

function parameter(query: Readonly<Record<string, unknown>>, name: string, pattern: RegExp): string {
  const value = Object.hasOwn(query, name) ? query[name] : undefined;
  if (typeof value === "string" && pattern.test(value)) return value;
  throw new SegueError("url_tampered");
}
