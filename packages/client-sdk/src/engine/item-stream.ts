import type { Frames, Hertz, Manifest } from "@segue/core";
import type { TrackDecoder } from "../ports/decoder";
import { Resampler } from "./resampler";
import type { StereoBlock } from "./stereo-block";

const LARGEST_BLOCK: Frames = 8192;

/**
 * The frames of one item at the output's rate: trimmed by counting to the manifest's total, with gain, in stereo.
 * Where the decoder gives too few frames, silence takes their place and `missing` counts them.
 */
export class ItemStream {
  /** Frames that the decoder failed to give. */
  missing = 0;
  readonly #decoder: TrackDecoder;
  readonly #gain: number;
  readonly #resampler: Resampler | null;
  #left: Frames;
  #flushed = false;
  #queue: StereoBlock[] = [];
  #ended = false;

  private constructor(decoder: TrackDecoder, remaining: Frames, gain: number, from: Hertz, to: Hertz) {
    this.#decoder = decoder;
    this.#left = remaining;
    this.#gain = gain;
    this.#resampler = from === to ? null : new Resampler(from, to);
  }

  /** Continues `decoder` at `frame` of the trimmed track. */
  static async at(
    decoder: TrackDecoder,
    manifest: Manifest,
    frame: Frames,
    gain: number,
    outputRate: Hertz,
  ): Promise<ItemStream> {
    const at = Math.min(Math.max(0, frame), manifest.totalFrames);
    await decoder.seek(manifest.trimStartFrames + at);
    return new ItemStream(decoder, manifest.totalFrames - at, gain, manifest.sampleRateHz, outputRate);
  }

  /** The next block of at most 8,192 frames that the caller may keep; null at the end. */
  async next(): Promise<StereoBlock | null> {
    for (;;) {
      const queued = this.#queue.shift();
      if (queued) return queued;
      if (this.#flushed) return null;
      if (this.#left === 0) {
        this.#flushed = true;
        if (this.#resampler) this.#enqueue(this.#resampler.flush());
        continue;
      }
      const block = await this.#decode();
      this.#enqueue(this.#resampler ? this.#resampler.push(block.left, block.right) : block);
    }
  }

  close(): void {
    this.#decoder.close();
  }

  async #decode(): Promise<StereoBlock> {
    const decoded = this.#ended ? null : await this.#decoder.next();
    if (!decoded) {
      this.#ended = true;
      const frames = Math.min(this.#left, LARGEST_BLOCK);
      this.missing += frames;
      this.#left -= frames;
      return { left: new Float32Array(frames), right: new Float32Array(frames) };
    }
    const frames = Math.min(this.#left, decoded.frames);
    this.#left -= frames;
    const left = this.#channel(decoded.channels[0]!, frames);
    const right = decoded.channels.length > 1 ? this.#channel(decoded.channels[1]!, frames) : left.slice();
    return { left, right };
  }

  #channel(samples: Float32Array, frames: Frames): Float32Array {
    const out = samples.slice(0, frames);
    if (this.#gain !== 1) for (let i = 0; i < frames; i++) out[i] = out[i]! * this.#gain;
    return out;
  }

  #enqueue(block: StereoBlock): void {
    const frames = block.left.length;
    if (frames === 0) return;
    if (frames <= LARGEST_BLOCK) {
      this.#queue.push(block);
      return;
    }
    for (let at = 0; at < frames; at += LARGEST_BLOCK) {
      this.#queue.push({
        left: block.left.slice(at, at + LARGEST_BLOCK),
        right: block.right.slice(at, at + LARGEST_BLOCK),
      });
    }
  }
}
