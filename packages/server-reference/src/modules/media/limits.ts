/** How long media URLs work, and the keys that sign them. */
import type { Milliseconds } from "@segue/core";

const HOUR_MS = 3_600_000;

/** A grant's URL works at least this long: a track that is paused for a while goes on without a new grant. */
export const GRANT_URL_MS: Milliseconds = HOUR_MS;
/** A head's URL works at least this long: as long as a page with a list is likely to stay open. */
export const HEAD_URL_MS: Milliseconds = 2 * HOUR_MS;
/** Longest that a URL may be asked to live; a key must outlive the URLs it signed. */
export const MAX_URL_MS: Milliseconds = 12 * HOUR_MS;
/** Expiries are rounded up to this, so that a URL asked for twice is the same URL and is cached. */
export const URL_ROUNDING_MS: Milliseconds = 300_000;
/** How long one key signs. It verifies for as long as the server has its secret. */
export const URL_KEY_PERIOD_MS: Milliseconds = 24 * HOUR_MS;
