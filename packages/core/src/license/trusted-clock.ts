import type { Milliseconds } from "../units";

/** How far the wall clock may lie behind the high-water mark before it counts as set back. */
export const CLOCK_TOLERANCE_MS: Milliseconds = 5 * 60_000;

/** What the device's clocks show at one moment. */
export interface ClockReading {
  /** Milliseconds since the Unix epoch, as the device believes. */
  readonly wallMs: Milliseconds;
  /** Milliseconds of a clock that only runs forward, from an origin that `bootId` names. */
  readonly monotonicMs: Milliseconds;
  /** Origin of the monotonic clock: a new one after every restart. */
  readonly bootId: string;
}

/** What a license believes about time. Plain data: it is stored and sent between threads. */
export interface TrustedClock {
  /** The latest time that was ever believed. */
  readonly highWaterMs: Milliseconds;
  /** The last proof of the server's time in this boot. */
  readonly proof: {
    readonly serverMs: Milliseconds;
    readonly monotonicMs: Milliseconds;
    readonly bootId: string;
  } | null;
}

export const EMPTY_CLOCK: TrustedClock = { highWaterMs: 0, proof: null };

function provenNow(clock: TrustedClock, reading: ClockReading): Milliseconds | null {
  if (clock.proof === null || clock.proof.bootId !== reading.bootId) return null;
  return clock.proof.serverMs + Math.max(0, reading.monotonicMs - clock.proof.monotonicMs);
}

/** Trusted time: the latest of the wall clock, the high-water mark and the proven server time. */
export function trustedNow(clock: TrustedClock, reading: ClockReading): Milliseconds {
  const proven = provenNow(clock, reading);
  // A proof outranks a wall clock that runs ahead: it was signed by the server in this boot.
  if (proven !== null) return Math.max(proven, clock.highWaterMs);
  return Math.max(reading.wallMs, clock.highWaterMs);
}

/** Whether the wall clock was set back further than the tolerance and no proof of this boot says otherwise. */
export function isSetBack(clock: TrustedClock, reading: ClockReading): boolean {
  return provenNow(clock, reading) === null && reading.wallMs < clock.highWaterMs - CLOCK_TOLERANCE_MS;
}

/** The clock after a reading: the mark rises to the trusted time. */
export function observe(clock: TrustedClock, reading: ClockReading): TrustedClock {
  const highWaterMs = trustedNow(clock, reading);
  return highWaterMs === clock.highWaterMs ? clock : { ...clock, highWaterMs };
}

/** The clock after a verified proof of a fresh nonce; the only thing that may lower the mark. */
export function applyProof(serverMs: Milliseconds, reading: ClockReading): TrustedClock {
  return {
    highWaterMs: serverMs,
    proof: { serverMs, monotonicMs: reading.monotonicMs, bootId: reading.bootId },
  };
}
