import type { Engine } from "../engine/engine-port";
import type { AudioOutput } from "../ports/audio-output";

/** Options of the Node engine. */
export interface NodeEngineOptions {
  readonly output: AudioOutput;
  /** Against this, relative media URLs resolve. */
  readonly baseUrl?: string;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** Makes an engine that plays Vorbis into `output`. */
export function createNodeEngine(_options: NodeEngineOptions): Engine {
  throw new Error("not yet built");
}
