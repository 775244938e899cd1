/** Which signing key signs at which time, and which are listed. */
import { LONGEST_VALIDITY_MS, type Milliseconds } from "@segue/core";

const DAY_MS = 24 * 3_600_000;

/** How long a client may keep the answer of GET /v1/license/keys without asking again. */
export const KEY_LIST_FRESH_MS: Milliseconds = 300_000;
/** A key is listed so long before it signs: whoever asks again when the list is stale knows it by then. */
export const KEY_LEAD_MS: Milliseconds = 2 * KEY_LIST_FRESH_MS;
/** A key is listed so long after it signed last: nothing that it signed holds by then. */
export const KEY_KEPT_MS: Milliseconds = LONGEST_VALIDITY_MS + DAY_MS;

/** A key in the order of keys. */
export interface KeyGeneration {
  /** From 1, rising. */
  readonly generation: number;
  /** When it takes over from the one before. */
  readonly signsFromMs: Milliseconds;
  /** Earlier keys are known to others: once this one signs, nothing that they signed is to be accepted. */
  readonly replacesCompromised: boolean;
}

/** What holds at one moment. */
export interface KeySchedule {
  readonly signing: number;
  /** Without the signing one. */
  readonly listed: readonly number[];
}

/** @param generations all keys in rising order; the first one signs from the beginning */
export function scheduleAt(generations: readonly KeyGeneration[], nowMs: Milliseconds): KeySchedule {
  let signing = 0;
  let oldest = 0;
  for (const [i, one] of generations.entries()) {
    if (i > 0 && one.signsFromMs > nowMs) continue;
    signing = i;
    if (one.replacesCompromised) oldest = i;
  }
  const listed = generations.filter((_, i) => {
    if (i === signing || i < oldest) return false;
    return i > signing || generations[i + 1]!.signsFromMs + KEY_KEPT_MS > nowMs;
  });
  return { signing: generations[signing]!.generation, listed: listed.map((one) => one.generation) };
}
