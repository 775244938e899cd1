import type { Manifest, Milliseconds } from "@segue/core";
import type { RandomReader, TrackDecoder } from "../ports/decoder";
import type { FetchEnvironment } from "./media/range-fetcher";
import type { OutputCommand, OutputMessage } from "./output/protocol";

/** The way to one output. */
export interface OutputLink {
  readonly kind: "shared-memory" | "messages" | "node";
  readonly sampleRateHz: number;
  latencyMs(): number;
  send(command: OutputCommand): void;
  /** Receives what the output says; set once. */
  listen(listener: (message: OutputMessage) => void): void;
}

/** What the engine needs from the runtime it runs in. */
export interface EngineEnvironment extends FetchEnvironment {
  /** Wall clock, milliseconds since the Unix epoch. */
  readonly wall: () => Milliseconds;
  /** @throws SegueError `codec_unsupported`, `decode_failed` */
  readonly openDecoder: (manifest: Manifest, reader: RandomReader) => Promise<TrackDecoder>;
}
