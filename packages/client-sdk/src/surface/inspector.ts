/** What the SDK does, for a developer to look at. */
import type { Milliseconds } from "@segue/core";
import type { EngineStats } from "../ports/engine";
import type { EventsSnapshot } from "./events";

/** One line of what the SDK did, newest last. */
export interface InspectorEntry {
  /** Milliseconds since the Unix epoch. */
  readonly at: Milliseconds;
  readonly kind: "start" | "head" | "grant" | "prefetch" | "range" | "join" | "license" | "error";
  readonly text: string;
}
/** What the SDK is doing, for a developer to look at. Holds no URL, token or key. */
export interface InspectorSnapshot {
  readonly engine: EngineStats | null;
  readonly deviceId: string | null;
  readonly license: {
    readonly status: string;
    readonly notAfterMs: Milliseconds | null;
    readonly seq: number | null;
  };
  /** Trusted time minus the wall clock, milliseconds. */
  readonly clockOffsetMs: Milliseconds | null;
  readonly next: {
    readonly uid: string;
    readonly title: string;
    readonly requestedAtPercent: number | null;
  } | null;
  readonly nextNext: {
    readonly uid: string;
    readonly title: string;
    readonly requestedAtPercent: number | null;
  } | null;
  /** Milliseconds from play() to the first audible frame of the last start, and its steps. */
  readonly lastStart: {
    readonly totalMs: Milliseconds;
    readonly steps: Readonly<Record<string, Milliseconds>>;
  } | null;
  /** The outbox of play events. */
  readonly events: EventsSnapshot;
  readonly log: readonly InspectorEntry[];
}
