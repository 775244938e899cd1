import { type Milliseconds, SegueError } from "@segue/core";
import type { OutputLink } from "../engine/engine-environment";
import { PcmPlayer } from "../engine/output/pcm-player";
import type { OutputCommand, OutputMessage } from "../engine/output/protocol";
import type { AudioOutput } from "../ports/audio-output";

const BLOCK_FRAMES = 1024;

/** Drives a player at the pace of an AudioOutput. */
export class OutputPump implements OutputLink {
  readonly kind = "node";
  readonly sampleRateHz: number;
  readonly #output: AudioOutput;
  readonly #player: PcmPlayer;
  readonly #onFailure: (error: SegueError) => void;
  #listener: (message: OutputMessage) => void = () => undefined;
  #wake: (() => void) | null = null;
  #closed = false;
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
    this.#wake?.();
  }

  /** Opens the output and begins to play. @throws SegueError `output_failed` */
  async open(): Promise<void> {
    await this.#output.open({ sampleRateHz: this.sampleRateHz, channels: 2 });
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#closed = true;
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
        // Without this a fast output would keep the engine's own tasks from running.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } catch (cause) {
      this.#onFailure(SegueError.from(cause, "output_failed"));
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
