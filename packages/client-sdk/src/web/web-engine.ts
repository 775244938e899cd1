import { type LicenseState, SegueError } from "@segue/core";
import type { Engine, EngineEvent, EngineItem, EngineStats, HeadRequest } from "../ports/engine";
import { createEmitter } from "../surface/emitter";
import { type TappedAudio, WebOutput } from "./web-output";
import type { WorkerCommand, WorkerMessage } from "./worker-protocol";

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
  /** Default 44,100: most music needs no resampling then. */
  readonly sampleRateHz?: number;
  /** Receives every rendered block, for tests and meters. */
  readonly tap?: (audio: TappedAudio) => void;
}

/** Makes the engine of a page: a worker that fetches, decrypts and decodes, and an AudioWorklet that plays. */
export function createWebEngine(options: WebEngineOptions = {}): Engine {
  return new WebEngine(options);
}

const DEFAULT_RATE_HZ = 44_100;
/** How much longer than its latency an output may keep a sound. */
const SILENCE_MARGIN_MS = 40;

class WebEngine implements Engine {
  readonly #options: WebEngineOptions;
  readonly #events = createEmitter<{ event: [event: EngineEvent] }>();
  readonly #channel = new MessageChannel();
  #worker: Worker | null = null;
  #output: WebOutput | null = null;
  #prepared: Promise<void> | null = null;
  #stats: EngineStats;
  #current = "";
  #closed = false;
  /** Who waits for silence. */
  readonly #asked = new Map<number, () => void>();
  #nextAsked = 1;

  constructor(options: WebEngineOptions) {
    this.#options = options;
    this.#stats = emptyStats(options.sampleRateHz ?? DEFAULT_RATE_HZ);
  }

  prepare(): Promise<void> {
    this.#prepared ??= this.#prepare().catch((error) => {
      this.#prepared = null;
      throw error;
    });
    this.#letSound();
    return this.#prepared;
  }

  fetchHead(head: HeadRequest): void {
    this.#send({ type: "head", head });
  }

  start(item: EngineItem, options: { readonly paused: boolean }): void {
    this.#current = item.uid;
    this.#send({ type: "start", item, paused: options.paused });
    if (options.paused) return;
    this.#unblock().catch((error: unknown) => {
      const failure = SegueError.from(error, "output_failed");
      if (failure.code === "output_blocked") this.#emit({ type: "blocked" });
      else this.#emit({ type: "failed", uid: item.uid, error: failure });
    });
  }

  append(item: EngineItem): void {
    this.#send({ type: "append", item });
  }
  truncateAfter(uid: string): void {
    this.#send({ type: "truncateAfter", uid });
  }
  seek(frame: number): void {
    this.#send({ type: "seek", frame });
  }
  pause(): void {
    this.#send({ type: "paused", paused: true });
  }

  async whenSilent(): Promise<void> {
    const output = this.#output;
    // What does not run does not sound, and answers nothing.
    if (!this.#closed && output?.context.state === "running") {
      const id = this.#nextAsked++;
      await new Promise<void>((resolve) => {
        this.#asked.set(id, resolve);
        this.#send({ type: "whenSilent", id });
      });
    }
    await new Promise((resolve) => setTimeout(resolve, (output?.latencyMs ?? 0) + SILENCE_MARGIN_MS));
  }

  async resume(): Promise<void> {
    await this.#unblock();
    this.#send({ type: "paused", paused: false });
  }

  setVolume(volume: number): void {
    this.#send({ type: "volume", volume });
  }
  setLicense(license: LicenseState): void {
    this.#send({ type: "license", license });
  }
  replaceUrl(uid: string, url: string): void {
    this.#send({ type: "replaceUrl", uid, url });
  }

  on(listener: (event: EngineEvent) => void): () => void {
    return this.#events.on("event", listener);
  }

  stats(): EngineStats {
    return this.#output ? { ...this.#stats, outputLatencyMs: this.#output.latencyMs } : this.#stats;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#events.clear();
    this.#answerSilence();
    this.#worker?.postMessage({ type: "close" } satisfies WorkerCommand);
    const worker = this.#worker;
    // A worker that is stuck must not outlive its page's engine.
    setTimeout(() => worker?.terminate(), 500);
    await this.#output?.close();
  }

  async #prepare(): Promise<void> {
    if (this.#closed) throw new SegueError("closed");
    const sampleRateHz = this.#options.sampleRateHz ?? DEFAULT_RATE_HZ;
    this.#ensureWorker();
    const workletUrl = this.#options.assets?.workletUrl ?? new URL("./output.worklet.js", import.meta.url);
    const output = await WebOutput.open(workletUrl, sampleRateHz, this.#channel.port2);
    this.#output = output;
    if (this.#options.tap) output.tap(this.#options.tap);
    this.#letSound();
    output.context.onstatechange = () => {
      this.#send({ type: "latency", ms: output.latencyMs });
      if (output.context.state !== "running") this.#answerSilence();
    };
  }

  /** Before the first gesture a page must not sound, and browsers complain of those that try. */
  #letSound(): void {
    if (globalThis.navigator?.userActivation?.hasBeenActive ?? true)
      this.#output?.resume().catch(() => undefined);
  }

  /** The worker works before there is an output, so that heads and decoders are ready when it comes. */
  #ensureWorker(): Worker {
    if (this.#worker) return this.#worker;
    const url = this.#options.assets?.workerUrl;
    const worker = url
      ? new Worker(url, { type: "module" })
      : new Worker(new URL("./engine.worker.js", import.meta.url), { type: "module" });
    this.#worker = worker;
    worker.onmessage = (event: MessageEvent<WorkerMessage>) => this.#onMessage(event.data);
    worker.onerror = (event) => {
      const detail = event.message ? `the worker failed: ${event.message}` : "the worker could not be loaded";
      this.#emit({ type: "failed", uid: this.#current, error: new SegueError("output_failed", { detail }) });
    };
    const init: WorkerCommand = {
      type: "init",
      port: this.#channel.port1,
      sampleRateHz: this.#options.sampleRateHz ?? DEFAULT_RATE_HZ,
      shared: globalThis.crossOriginIsolated === true,
      baseUrl: new URL(this.#options.baseUrl ?? "", globalThis.location?.href).href,
    };
    worker.postMessage(init, [this.#channel.port1]);
    return worker;
  }

  #send(command: WorkerCommand): void {
    if (!this.#closed) this.#ensureWorker().postMessage(command);
  }

  async #unblock(): Promise<void> {
    await this.prepare();
    await this.#output?.resume();
    if (this.#output) this.#send({ type: "latency", ms: this.#output.latencyMs });
  }

  #onMessage(message: WorkerMessage): void {
    if (message.type === "ready") return;
    if (message.type === "silent") {
      this.#asked.get(message.id)?.();
      this.#asked.delete(message.id);
      return;
    }
    this.#stats = message.stats;
    if (message.type === "stats") return;
    const { event } = message;
    if (event.type === "started") this.#current = event.uid;
    if (event.type !== "failed") {
      this.#emit(event);
      return;
    }
    const { code, detail } = event.error;
    this.#emit({ ...event, error: new SegueError(code, detail === undefined ? {} : { detail }) });
  }

  #answerSilence(): void {
    for (const resolve of this.#asked.values()) resolve();
    this.#asked.clear();
  }

  #emit(event: EngineEvent): void {
    this.#events.emit("event", event);
  }
}

function emptyStats(contextSampleRateHz: number): EngineStats {
  return {
    output: globalThis.crossOriginIsolated === true ? "shared-memory" : "messages",
    contextSampleRateHz,
    outputLatencyMs: 0,
    ringFillMs: 0,
    rangesFetched: 0,
    bytesFetched: 0,
    segmentsDecrypted: 0,
    framesPlayed: 0,
    underrunFrames: 0,
    lastJoinGapFrames: null,
    ranges: [],
  };
}
