import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { Writable } from "node:stream";
import { type Frames, type Hertz, type Milliseconds, SegueError } from "@segue/core";
import type { AudioOutput, AudioOutputFormat } from "../../ports/audio-output";
import { interleave } from "./interleave";

/** How far the program is fed ahead of its time. A pipe alone would take more than a second. */
const LEAD_MS: Milliseconds = 200;
/** Silence longer than this is not sent: what a slow start left in the pipe is then played out and does not delay what follows. */
const QUIET_MS = 200;

/**
 * Pipes 16-bit little-endian stereo PCM to a program that plays it, at the pace of the clock and a little ahead, long silence left out. `{rate}` in an
 * argument becomes the sample rate: `new CommandOutput("aplay", ["-q", "--buffer-time=200000", "-t", "raw", "-f", "S16_LE", "-c", "2", "-r", "{rate}"])`.
 * `latencyMs` is the time from a write to the ear: by default the 200 ms that the program is fed ahead, right for one that buffers no more than
 * that. Positions and the silence after a pause are told by it.
 */
export class CommandOutput implements AudioOutput {
  readonly realtime = true;
  readonly latencyMs: Milliseconds;
  readonly #command: string;
  readonly #args: readonly string[];
  #child: ChildProcess | null = null;
  #failure: SegueError | null = null;
  #exited: Promise<void> = Promise.resolve();
  #rate: Hertz = 44_100;
  #due = 0;
  #quiet: Frames = 0;

  constructor(command: string, args: readonly string[], options: { readonly latencyMs?: Milliseconds } = {}) {
    this.#command = command;
    this.#args = args;
    this.latencyMs = options.latencyMs ?? LEAD_MS;
  }

  async open(format: AudioOutputFormat): Promise<void> {
    this.#rate = format.sampleRateHz;
    const args = this.#args.map((arg) => arg.replaceAll("{rate}", String(format.sampleRateHz)));
    const child = spawn(this.#command, args, { stdio: ["pipe", "ignore", "ignore"] });
    this.#child = child;
    const fail = (cause: unknown) => {
      this.#failure ??= new SegueError("output_failed", { detail: `${this.#command} stopped`, cause });
    };
    child.stdin!.on("error", fail);
    this.#exited = new Promise((resolve) => {
      child.once("close", (code) => {
        fail(new Error(`exit code ${code}`));
        resolve();
      });
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (cause) => {
        fail(cause);
        reject(this.#failure);
      });
    });
    // Whoever has music to play keeps the program alive; the player alone does not.
    child.unref();
    (child.stdin as Socket).unref();
  }

  async write(left: Float32Array, right: Float32Array, frames: Frames): Promise<void> {
    const stdin = this.#child?.stdin;
    if (this.#failure || !stdin) throw this.#failure ?? new SegueError("closed");
    const now = performance.now();
    const wasSent = this.#sends();
    this.#quiet = isSilent(left, frames) && isSilent(right, frames) ? this.#quiet + frames : 0;
    const sent = this.#sends();
    // A program that has run empty is fed ahead anew.
    this.#due = (sent && !wasSent ? now : Math.max(this.#due, now)) + (frames / this.#rate) * 1000;
    if (sent && !stdin.write(interleave(left, right, frames, "s16"))) await drained(stdin);
    const wait = this.#due - LEAD_MS - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait).unref());
    if (this.#failure) throw this.#failure;
  }

  #sends(): boolean {
    return this.#quiet <= (this.#rate * QUIET_MS) / 1000;
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child) return;
    child.ref();
    child.stdin!.end();
    const timer = setTimeout(() => child.kill(), 5000);
    await this.#exited;
    clearTimeout(timer);
  }
}

function isSilent(samples: Float32Array, frames: Frames): boolean {
  for (let i = 0; i < frames; i++) if (samples[i] !== 0) return false;
  return true;
}

function drained(stdin: Writable): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      stdin.off("drain", go);
      stdin.off("close", go);
      resolve();
    };
    stdin.on("drain", go);
    stdin.on("close", go);
  });
}
