/** Signed media URLs: who holds one may read the first `max` bytes of an object until `exp`. */
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import {
  type Bytes,
  formatMediaUrl,
  type Milliseconds,
  mediaUrlSignedText,
  parseMediaUrlQuery,
  SegueError,
} from "@segue/core";
import { LRUCache } from "lru-cache";
import { MAX_URL_MS, URL_KEY_PERIOD_MS, URL_ROUNDING_MS } from "./limits";

/** What a URL grants. */
export interface MediaUrlGrant {
  /** Lower-case hex SHA-256 of the ciphertext. */
  readonly hash: string;
  /** Bytes that the URL covers, from byte 0; at least 1. */
  readonly max: Bytes;
}

/** A URL and the instant at which it stops working. */
export interface SignedMediaUrl {
  readonly url: string;
  readonly expiresAtMs: Milliseconds;
}

const KEY_LABEL = "segue/media-url-key/v1";
const KEYS_KEPT = 4;

/** Ids of this server's keys: the period in which one signs. */
const KID = /^k(\d{1,7})$/;

/**
 * Signs and verifies media URLs. Keys are derived from the server's secret by period, so they rotate daily with no
 * stored state, and every process with the same secret agrees on them.
 */
export class MediaUrlSigner {
  readonly #secret: Uint8Array;
  readonly #keys = new LRUCache<string, Buffer>({ max: KEYS_KEPT });

  /** @param secret at least 32 bytes that never leave the server */
  constructor(secret: Uint8Array) {
    if (secret.length < 32) throw new RangeError("the server secret needs 32 bytes");
    this.#secret = secret;
  }

  /**
   * Path and query of a URL for `grant` that works for at least `ttlMs` (at most 12 h).
   * @param holder for whom, noted in the URL and not signed; only a sandbox asks for it
   */
  sign(
    { hash, max }: MediaUrlGrant,
    nowMs: Milliseconds,
    ttlMs: Milliseconds,
    holder?: string,
  ): SignedMediaUrl {
    const ttl = Math.min(ttlMs, MAX_URL_MS);
    const expiresAtMs = Math.ceil((nowMs + ttl) / URL_ROUNDING_MS) * URL_ROUNDING_MS;
    const exp = expiresAtMs / 1000;
    const kid = `k${Math.floor(nowMs / URL_KEY_PERIOD_MS)}`;
    const sig = this.#mac(kid, hash, exp, max);
    const url = formatMediaUrl(hash, { exp, max, kid, sig });
    return { url: holder ? `${url}&for=${holder}` : url, expiresAtMs };
  }

  /**
   * Checks the query of a media request.
   * @returns what the URL grants
   * @throws SegueError `url_tampered`, or `url_expired` for a genuine URL that is too old
   */
  verify(hash: string, query: Readonly<Record<string, unknown>>, nowMs: Milliseconds): MediaUrlGrant {
    const { exp, max, kid, sig } = parseMediaUrlQuery(query);
    const period = Number(KID.exec(kid)?.[1] ?? Number.NaN);
    if (!(period <= Math.floor(nowMs / URL_KEY_PERIOD_MS) + 1)) throw new SegueError("url_tampered");
    const expected = Buffer.from(this.#mac(kid, hash, exp, max));
    if (!timingSafeEqual(Buffer.from(sig), expected)) throw new SegueError("url_tampered");
    if (nowMs >= exp * 1000) throw new SegueError("url_expired");
    return { hash, max };
  }

  #mac(kid: string, hash: string, exp: number, max: Bytes): string {
    return createHmac("sha256", this.#key(kid))
      .update(mediaUrlSignedText(hash, exp, max))
      .digest("base64url");
  }

  #key(kid: string): Buffer {
    const held = this.#keys.get(kid);
    if (held) return held;
    const key = Buffer.from(hkdfSync("sha256", this.#secret, new Uint8Array(32), `${KEY_LABEL}\0${kid}`, 32));
    // Names of long gone keys come only from old or forged URLs, which must not displace the keys in use.
    const newest = [...this.#keys.keys()].reduce((most, one) => Math.max(most, Number(one.slice(1))), 0);
    if (Number(kid.slice(1)) >= newest - KEYS_KEPT) this.#keys.set(kid, key);
    return key;
  }
}
