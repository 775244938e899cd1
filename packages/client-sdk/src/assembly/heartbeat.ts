import type { Milliseconds } from "@segue/core";
import type { Clock } from "../ports/clock";

const BEAT_MS: Milliseconds = 30_000;
/** What is renewed rarely is looked at this often. */
const RENEW_EVERY_MS: Milliseconds = 15 * 60_000;
/** A wall clock that moved this much more than the beat says that the device slept, or was set. */
const SLEPT_MS: Milliseconds = 60_000;

export interface HeartbeatOptions {
  readonly clock: Clock;
  /** Every 30 s of waking time: cheap, works offline. */
  readonly onBeat: () => void;
  /** Every 15 minutes, and on the first beat after the device slept: may ask the server. */
  readonly onRenew: () => void;
}

/** The client's sense of time passing. It keeps no program alive. Returns a function that stops it. */
export function startHeartbeat({ clock, onBeat, onRenew }: HeartbeatOptions): () => void {
  let lastBeat = clock.wallMs();
  let lastRenewal = lastBeat;

  function beat(): void {
    const now = clock.wallMs();
    const slept = Math.abs(now - lastBeat - BEAT_MS) > SLEPT_MS;
    lastBeat = now;
    onBeat();
    if (slept || now - lastRenewal >= RENEW_EVERY_MS) {
      lastRenewal = now;
      onRenew();
    }
    cancel = clock.after(BEAT_MS, beat, { background: true });
  }
  let cancel = clock.after(BEAT_MS, beat, { background: true });
  return () => cancel();
}
