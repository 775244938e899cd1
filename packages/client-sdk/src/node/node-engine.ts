import type { LicenseState, SegueError } from "@segue/core";
import { baseEnvironment } from "../engine/base-environment";
import { warmVorbis } from "../engine/decode/vorbis";
import { EngineCore } from "../engine/engine-core";
import type { AudioOutput } from "../ports/audio-output";
import type { Engine, EngineEvent, EngineItem, EngineStats, HeadRequest } from "../ports/engine";
import { createEmitter } from "../surface/emitter";
import { OutputPump } from "./output-pump";

/** Options of the Node engine. */
export interface NodeEngineOptions {
  readonly output: AudioOutput;
  /** Against this, relative media URLs resolve. */
  readonly baseUrl?: string;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Default 44,100. */
  readonly sampleRateHz?: number;
}

/** How much longer than its latency a program or a sound card may keep a sound. */
const SILENCE_MARGIN_MS = 100;

/** Makes an engine that plays Vorbis into `output`. It works on the caller's thread, between its tasks. */
export function createNodeEngine(options: NodeEngineOptions): Engine {
  return new NodeEngine(options);
}

class NodeEngine implements Engine {
  readonly #events = createEmitter<{ event: [event: EngineEvent] }>();
  readonly #pump: OutputPump;
  readonly #core: EngineCore;
  #prepared: Promise<void> | null = null;
  #current = "";
  #closed = false;

  constructor(options: NodeEngineOptions) {
    this.#pump = new OutputPump(options.output, options.sampleRateHz ?? 44_100, (error) =>
      this.#outputFailed(error),
    );
    this.#core = new EngineCore(baseEnvironment(options), this.#pump, (event) => this.#emit(event));
  }

  prepare(): Promise<void> {
    this.#prepared ??= Promise.all([this.#pump.open(), warmVorbis()]).then(() => undefined);
    return this.#prepared;
  }
  fetchHead(head: HeadRequest): void {
    this.#core.fetchHead(head);
  }
  start(item: EngineItem, options: { readonly paused: boolean }): void {
    this.#current = item.uid;
    this.prepare().catch((error: SegueError) => this.#outputFailed(error));
    this.#core.start(item, options.paused);
  }
  append(item: EngineItem): void {
    this.#core.append(item);
  }
  truncateAfter(uid: string): void {
    this.#core.truncateAfter(uid);
  }
  seek(frame: number): void {
    this.#core.seek(frame);
  }
  pause(): void {
    this.#core.setPaused(true);
  }
  async whenSilent(): Promise<void> {
    await this.#core.whenSilent();
    await new Promise((resolve) => setTimeout(resolve, this.#pump.latencyMs() + SILENCE_MARGIN_MS));
  }
  async resume(): Promise<void> {
    this.#core.setPaused(false);
  }
  setVolume(volume: number): void {
    this.#core.setVolume(volume);
  }
  setLicense(license: LicenseState): void {
    this.#core.setLicense(license);
  }
  replaceUrl(uid: string, url: string): void {
    this.#core.replaceUrl(uid, url);
  }
  on(listener: (event: EngineEvent) => void): () => void {
    return this.#events.on("event", listener);
  }
  stats(): EngineStats {
    return this.#core.stats();
  }
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#core.close();
    this.#events.clear();
    await this.#pump.close();
  }

  #emit(event: EngineEvent): void {
    if (event.type === "started") this.#current = event.uid;
    this.#events.emit("event", event);
  }

  #outputFailed(error: SegueError): void {
    this.#emit({ type: "failed", uid: this.#current, error });
  }
}
