/** When a media URL is renewed, so that it does not run out while its pass still needs it. */
import type { Milliseconds } from "../units";
import type { Pass, PlaybackEffect, PlaybackState, Step } from "./types";

/** A URL is renewed when a quarter of its life is left, but not earlier than this before its end. */
const MOST_EARLY_MS: Milliseconds = 5 * 60_000;
/** No URL is renewed more often, however short it lives. */
const LEAST_APART_MS: Milliseconds = 10_000;
/** How long after a renewal in vain the next one is tried. */
export const RENEW_AGAIN_MS: Milliseconds = 30_000;

/** When to renew a URL that arrived at `nowMs` and works for `lifetimeMs`. */
export function renewTime(nowMs: Milliseconds, lifetimeMs: Milliseconds): Milliseconds {
  return nowMs + Math.max(LEAST_APART_MS, lifetimeMs - Math.min(MOST_EARLY_MS, lifetimeMs / 4));
}

const isDue = (pass: Pass, nowMs: Milliseconds): boolean =>
  pass.stage === "placed" && !pass.complete && pass.renewAtMs !== null && pass.renewAtMs <= nowMs;

/** Renews the URLs of passes that still have bytes to fetch and whose time has come; sound goes on meanwhile. */
export function renewDue(state: PlaybackState, nowMs: Milliseconds): Step {
  const due = state.passes.filter((pass) => isDue(pass, nowMs));
  if (due.length === 0) return { state, effects: [] };
  const effects = due.map(
    (pass): PlaybackEffect => ({ type: "refresh_grant", passId: pass.id, item: pass.item, urgent: false }),
  );
  const passes = state.passes.map((pass) => (due.includes(pass) ? { ...pass, renewAtMs: null } : pass));
  return { state: { ...state, passes }, effects };
}
