import type { Microseconds } from "./types";

/** Four timestamps of one exchange: client sent, server received, server sent, client received. */
export interface ClockSample {
  readonly clientSentUs: Microseconds;
  readonly serverReceivedUs: Microseconds;
  readonly serverSentUs: Microseconds;
  readonly clientReceivedUs: Microseconds;
}

/** Server clock minus client clock, and how far it may be off. */
export interface ClockEstimate {
  readonly offsetUs: Microseconds;
  /** Half of the round-trip time. */
  readonly uncertaintyUs: Microseconds;
}

/** The last samples of one server clock. */
export interface ClockSync {
  readonly clockId: string;
  /** Newest last. */
  readonly samples: readonly ClockEstimate[];
}

/** How many samples are looked at. */
export const CLOCK_SAMPLES = 16;

export const EMPTY_CLOCK_SYNC: ClockSync = { clockId: "", samples: [] };

/** `sync` for the server clock `clockId`: samples of another one are dropped. */
export function useClock(sync: ClockSync, clockId: string): ClockSync {
  return sync.clockId === clockId ? sync : { clockId, samples: [] };
}

/** The estimate that one exchange gives (docs/spec/connect.md, CONN-152); null for one that cannot have happened. */
function estimateOf(sample: ClockSample): ClockEstimate | null {
  const { clientSentUs: t0, serverReceivedUs: t1, serverSentUs: t2, clientReceivedUs: t3 } = sample;
  const roundTrip = t3 - t0 - (t2 - t1);
  if (!(roundTrip >= 0 && t2 >= t1)) return null;
  return { offsetUs: (t1 - t0 + (t2 - t3)) / 2, uncertaintyUs: roundTrip / 2 };
}

/** `sync` with one more exchange. */
export function addSample(sync: ClockSync, sample: ClockSample): ClockSync {
  const estimate = estimateOf(sample);
  if (estimate === null) return sync;
  return { ...sync, samples: [...sync.samples, estimate].slice(-CLOCK_SAMPLES) };
}

/** The sample of least round-trip time among the last 16; null before the first. */
export function clockEstimate(sync: ClockSync): ClockEstimate | null {
  let best: ClockEstimate | null = null;
  for (const sample of sync.samples)
    if (best === null || sample.uncertaintyUs <= best.uncertaintyUs) best = sample;
  return best;
}
