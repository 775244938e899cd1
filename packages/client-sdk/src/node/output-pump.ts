import { type Milliseconds, SegueError } from "@segue/core";
import type { OutputLink } from "../engine/engine-environment";
import { PcmPlayer } from "../engine/output/pcm-player";
import type { OutputCommand, OutputMessage } from "../engine/output/protocol";
import type { AudioOutput } from "../ports/audio-output";

const BLOCK_FRAMES = 1024;
const LONG_MS = 2 ** 30;

/** Drives a player at the pace of an AudioOutput. It keeps the program alive while there is music, and only then. */
export class OutputPump implements OutputLink {
  readonly kind = "node";
  readonly sampleRateHz: number;
  readonly #output: AudioOutput;
  readonly #player: PcmPlayer;
  readonly #onFailure: (error: SegueError) => void;
  #listener: (message: OutputMessage) => void = () => undefined;
  #wake: (() => void) | null = null;
  #closed = false;
  #alive: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(output: AudioOutput, sampleRateHz: number, onFailure: (error: SegueError) => void) {
    this.#output = output;
    this.sampleRateHz = sampleRateHz;
    this.#onFailure = onFailure;
    // Reports are delivered as tasks, as between threads, so that a command never re-enters the engine.
    this.#player = new PcmPlayer(
      sampleRateHz,
      (message) => setImmediate(() => this.#listener(message)),
      output.realtime,
    );
  }

  latencyMs(): Milliseconds {
    return this.#output.latencyMs;
  }

  listen(listener: (message: OutputMessage) => void): void {
    this.#listener = listener;
  }

  send(command: OutputCommand): void {
    this.#player.command(command);
    this.#keepAlive();
    this.#wake?.();
  }

  /** Opens the output and begins to play. @throws SegueError `output_failed` */
  async open(): Promise<void> {
    await this.#output.open({ sampleRateHz: this.sampleRateHz, channels: 2 });
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#keepAlive();
    this.#wake?.();
    await this.#running;
    await this.#output.close();
  }

  async #run(): Promise<void> {
    const left = new Float32Array(BLOCK_FRAMES);
    const right = new Float32Array(BLOCK_FRAMES);
    try {
      while (!this.#closed) {
        if (!this.#output.realtime && !this.#player.ready) {
          await this.#rest();
          continue;
        }
        const music = this.#player.render(left, right, BLOCK_FRAMES);
        const frames = this.#output.realtime ? BLOCK_FRAMES : music;
        if (frames > 0) await this.#output.write(left, right, frames);
        this.#keepAlive();
        await this.#breathe(music > 0);
      }
    } catch (cause) {
      this.#closed = true;
      this.#keepAlive();
      this.#onFailure(SegueError.from(cause, "output_failed"));
    }
  }

  /** Without this a fast output would keep the engine's own tasks from running. */
  #breathe(music: boolean): Promise<void> {
    return new Promise((resolve) => {
      const immediate = setImmediate(resolve);
      // Silence is written for as long as the program lives for other reasons.
      if (!music && !this.#alive) immediate.unref();
    });
  }

  #keepAlive(): void {
    const busy = !this.#closed && this.#player.busy;
    if (busy === (this.#alive !== null)) return;
    if (busy) this.#alive = setInterval(() => undefined, LONG_MS);
    else {
      clearInterval(this.#alive!);
      this.#alive = null;
    }
  }

  /** Nothing can sound: one report, then sleep until a command comes. */
  async #rest(): Promise<void> {
    this.#player.report();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }
}
