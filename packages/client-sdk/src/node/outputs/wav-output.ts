import { type FileHandle, open } from "node:fs/promises";
import { type Frames, SegueError } from "@segue/core";
import type { AudioOutput, AudioOutputFormat } from "../../ports/audio-output";
import { interleave } from "./interleave";

const HEADER_BYTES = 44;
const LARGEST = 0xffff_ffff;

/** Writes a WAV file, as fast as the music can be decoded. It holds exactly the frames that were played. */
export class WavOutput implements AudioOutput {
  readonly realtime = false;
  readonly latencyMs = 0;
  readonly #path: string;
  readonly #sample: "s16" | "f32";
  #file: FileHandle | null = null;
  #format: AudioOutputFormat = { sampleRateHz: 44_100, channels: 2 };
  #bytes = 0;

  /** @param options.sample `f32` keeps the decoder's samples bit by bit; default `s16` */
  constructor(path: string, options: { readonly sample?: "s16" | "f32" } = {}) {
    this.#path = path;
    this.#sample = options.sample ?? "s16";
  }

  async open(format: AudioOutputFormat): Promise<void> {
    this.#format = format;
    try {
      this.#file = await open(this.#path, "w");
      await this.#file.write(this.#header(), 0, HEADER_BYTES, 0);
    } catch (cause) {
      throw new SegueError("output_failed", { detail: "the WAV file cannot be written", cause });
    }
  }

  async write(left: Float32Array, right: Float32Array, frames: Frames): Promise<void> {
    const bytes = interleave(left, right, frames, this.#sample);
    try {
      await this.#file!.write(bytes, 0, bytes.length, HEADER_BYTES + this.#bytes);
    } catch (cause) {
      throw new SegueError("output_failed", { detail: "the WAV file cannot be written", cause });
    }
    this.#bytes += bytes.length;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    if (!file) return;
    await file.write(this.#header(), 0, HEADER_BYTES, 0);
    await file.close();
  }

  #header(): Uint8Array {
    const header = new Uint8Array(HEADER_BYTES);
    const view = new DataView(header.buffer);
    const text = (at: number, value: string) => {
      for (let i = 0; i < value.length; i++) header[at + i] = value.charCodeAt(i);
    };
    const sampleBytes = this.#sample === "s16" ? 2 : 4;
    text(0, "RIFF");
    view.setUint32(4, Math.min(LARGEST, 36 + this.#bytes), true);
    text(8, "WAVEfmt ");
    view.setUint32(16, 16, true);
    view.setUint16(20, this.#sample === "s16" ? 1 : 3, true);
    view.setUint16(22, 2, true);
    view.setUint32(24, this.#format.sampleRateHz, true);
    view.setUint32(28, this.#format.sampleRateHz * 2 * sampleBytes, true);
    view.setUint16(32, 2 * sampleBytes, true);
    view.setUint16(34, 8 * sampleBytes, true);
    text(36, "data");
    view.setUint32(40, Math.min(LARGEST, this.#bytes), true);
    return header;
  }
}
