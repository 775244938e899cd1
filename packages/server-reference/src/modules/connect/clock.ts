/** The clock of Connect: monotonic within a run, near the wall clock at its start, so that saved positions keep a meaning. */
import { randomUUID } from "node:crypto";
import type { Microseconds } from "@segue/core";

export interface ConnectClock {
  /** Names this run's clock. */
  readonly id: string;
  nowUs(): Microseconds;
}

export function createConnectClock(): ConnectClock {
  const originUs = Math.round(performance.timeOrigin * 1000);
  return { id: randomUUID(), nowUs: () => originUs + Math.round(performance.now() * 1000) };
}
