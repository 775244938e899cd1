import type { Engine } from "../engine/engine-port";

/** Where a page finds the two files of the engine. Default: next to this module. */
export interface EngineAssets {
  readonly workerUrl?: string | URL;
  readonly workletUrl?: string | URL;
}

/** Options of the browser engine. */
export interface WebEngineOptions {
  readonly assets?: EngineAssets;
  /** Against this, relative media URLs resolve. Default: the page's URL. */
  readonly baseUrl?: string;
}

/** Makes the engine of a page: a worker that fetches, decrypts and decodes, and an AudioWorklet that plays. */
export function createWebEngine(_options: WebEngineOptions = {}): Engine {
  throw new Error("not yet built");
}
