/** Entry of the AudioWorklet. It is built to one file without imports. */
import { PcmPlayer } from "../engine/output/pcm-player";
import type { OutputCommand, OutputMessage } from "../engine/output/protocol";

declare const sampleRate: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

const TAP_BLOCKS = 64;

class SegueOutput extends AudioWorkletProcessor {
  #engine: MessagePort | null = null;
  #tap: { left: Float32Array[]; right: Float32Array[] } | null = null;
  readonly #player: PcmPlayer;

  constructor() {
    super();
    this.#player = new PcmPlayer(sampleRate, (message: OutputMessage) => this.#engine?.postMessage(message));
    this.port.onmessage = (event: MessageEvent<{ type: "connect"; port: MessagePort } | { type: "tap" }>) => {
      if (event.data.type === "tap") this.#tap = { left: [], right: [] };
      else this.#connect(event.data.port);
    };
  }

  /** Silence until the engine has sent something; then what the player renders. Runs for as long as the page lives. */
  process(_inputs: unknown, outputs: Float32Array[][]): boolean {
    const [left, right] = outputs[0]!;
    if (!left || !right) return true;
    const music = this.#player.render(left, right, left.length);
    if (this.#tap) this.#record(left, right, music);
    return true;
  }

  #connect(port: MessagePort): void {
    this.#engine = port;
    port.onmessage = (event: MessageEvent<OutputCommand>) => this.#player.command(event.data);
  }

  /** Posts what was rendered to the page, in batches. For tests and meters. */
  #record(left: Float32Array, right: Float32Array, music: number): void {
    const tap = this.#tap!;
    if (music === 0 && tap.left.length === 0) return;
    tap.left.push(left.slice());
    tap.right.push(right.slice());
    if (tap.left.length < TAP_BLOCKS && music > 0) return;
    this.port.postMessage({ left: join(tap.left), right: join(tap.right) });
    this.#tap = { left: [], right: [] };
  }
}

function join(blocks: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    out.set(block, at);
    at += block.length;
  }
  return out;
}

registerProcessor("segue-output", SegueOutput);
