/** Signed media URLs: who holds one may read the first `max` bytes of an object until `exp`. */
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { type Bytes, type Milliseconds, SegueError } from "@segue/core";

/** What a URL grants. */
export interface MediaUrlGrant {
  /** Lower-case hex SHA-256 of the ciphertext. */
  readonly hash: string;
  /** Bytes that the URL covers, from byte 0. */
  readonly max: Bytes;
}

/** A URL and the instant at which it stops working. */
export interface SignedMediaUrl {
  readonly url: string;
  readonly expiresAtMs: Milliseconds;
}

const LABEL = "segue/media-url/v1";
const KEY_LABEL = "segue/media-url-key/v1";
/** How long one key signs. It verifies for one period longer. */
const PERIOD_MS = 24 * 3_600_000;
/** Expiries are rounded up to this, so that a URL asked for twice is the same URL and is cached. */
const ROUND_S = 300;
/** Longest that a URL may live; a key must outlive the URLs it signed. */
const MAX_TTL_MS = 12 * 3_600_000;
const KEYS_KEPT = 4;

const KID = /^k(\d{1,7})$/;
const DECIMAL = /^(?:0|[1-9]\d{0,14})$/;
const SIGNATURE = /^[A-Za-z0-9_-]{43}$/;

/**
 * Signs and verifies media URLs. Keys are derived from the server's secret by period, so they rotate daily with no
 * stored state, and every process with the same secret agrees on them.
 */
export class MediaUrlSigner {
  readonly #secret: Uint8Array;
  readonly #keys = new Map<string, Buffer>();

  /** @param secret at least 32 bytes that never leave the server */
  constructor(secret: Uint8Array) {
    if (secret.length < 32) throw new RangeError("the server secret needs 32 bytes");
    this.#secret = secret;
  }

  /**
   * Path and query of a URL for `grant` that works for at least `ttlMs` (at most 12 h).
   * @param holder for whom, noted in the URL and not signed; only a sandbox asks for it
   */
  sign(grant: MediaUrlGrant, nowMs: Milliseconds, ttlMs: Milliseconds, holder?: string): SignedMediaUrl {
    const ttl = Math.min(ttlMs, MAX_TTL_MS);
    const exp = Math.ceil((nowMs + ttl) / 1000 / ROUND_S) * ROUND_S;
    const kid = `k${Math.floor(nowMs / PERIOD_MS)}`;
    const sig = this.#mac(kid, grant.hash, String(exp), String(grant.max));
    return {
      url: `/v1/media/${grant.hash}?exp=${exp}&max=${grant.max}&kid=${kid}&sig=${sig}${holder ? `&for=${holder}` : ""}`,
      expiresAtMs: exp * 1000,
    };
  }

  /**
   * Checks the query of a media request.
   * @returns what the URL grants
   * @throws SegueError `url_tampered`, or `url_expired` for a genuine URL that is too old
   */
  verify(hash: string, query: Readonly<Record<string, unknown>>, nowMs: Milliseconds): MediaUrlGrant {
    const { exp, max, kid, sig } = query;
    if (
      typeof exp !== "string" ||
      typeof max !== "string" ||
      typeof kid !== "string" ||
      typeof sig !== "string" ||
      !DECIMAL.test(exp) ||
      !DECIMAL.test(max) ||
      !SIGNATURE.test(sig)
    )
      throw new SegueError("url_tampered");
    const period = Number(KID.exec(kid)?.[1] ?? Number.NaN);
    if (!(period <= Math.floor(nowMs / PERIOD_MS) + 1)) throw new SegueError("url_tampered");
    const expected = Buffer.from(this.#mac(kid, hash, exp, max));
    if (!timingSafeEqual(Buffer.from(sig), expected)) throw new SegueError("url_tampered");
    if (nowMs >= Number(exp) * 1000) throw new SegueError("url_expired");
    return { hash, max: Number(max) };
  }

  #mac(kid: string, hash: string, exp: string, max: string): string {
    return createHmac("sha256", this.#key(kid))
      .update(`${LABEL}\0${hash}\0${exp}\0${max}`)
      .digest("base64url");
  }

  #key(kid: string): Buffer {
    const held = this.#keys.get(kid);
    if (held) return held;
    const key = Buffer.from(hkdfSync("sha256", this.#secret, new Uint8Array(32), `${KEY_LABEL}\0${kid}`, 32));
    // Names of long gone keys come only from old or forged URLs, which must not displace the keys in use.
    const newest = [...this.#keys.keys()].reduce((most, one) => Math.max(most, Number(one.slice(1))), 0);
    if (Number(kid.slice(1)) < newest - KEYS_KEPT) return key;
    this.#keys.set(kid, key);
    if (this.#keys.size > KEYS_KEPT) this.#keys.delete(this.#keys.keys().next().value as string);
    return key;
  }
}
