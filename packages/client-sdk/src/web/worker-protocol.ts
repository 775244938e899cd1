import type { ErrorCode, LicenseState, Milliseconds } from "@segue/core";
import type { EngineEvent, EngineItem, EngineStats, HeadRequest } from "../ports/engine";

/** What the page tells the engine's worker. */
export type WorkerCommand =
  | {
      readonly type: "init";
      /** To the AudioWorklet. */
      readonly port: MessagePort;
      readonly sampleRateHz: number;
      readonly shared: boolean;
      readonly baseUrl: string;
    }
  | { readonly type: "latency"; readonly ms: Milliseconds }
  | { readonly type: "head"; readonly head: HeadRequest }
  | { readonly type: "start"; readonly item: EngineItem; readonly paused: boolean }
  | { readonly type: "append"; readonly item: EngineItem }
  | { readonly type: "truncateAfter"; readonly uid: string }
  | { readonly type: "seek"; readonly frame: number }
  | { readonly type: "paused"; readonly paused: boolean }
  /** Asks for `silent` with this id. */
  | { readonly type: "whenSilent"; readonly id: number }
  | { readonly type: "volume"; readonly volume: number }
  | { readonly type: "license"; readonly license: LicenseState }
  | { readonly type: "replaceUrl"; readonly uid: string; readonly url: string }
  | { readonly type: "close" };

/** An error without its prototype, as structured clone would leave it. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly detail?: string | undefined;
}
type PlainEvent =
  | Exclude<EngineEvent, { type: "failed" }>
  | { type: "failed"; uid: string; error: PlainError };

/** What the engine's worker tells the page. */
export type WorkerMessage =
  | { readonly type: "ready" }
  | { readonly type: "silent"; readonly id: number }
  | { readonly type: "event"; readonly event: PlainEvent; readonly stats: EngineStats }
  | { readonly type: "stats"; readonly stats: EngineStats };
