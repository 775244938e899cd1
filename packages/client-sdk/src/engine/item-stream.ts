import {
  type Frames,
  type Hertz,
  type Manifest,
  missingFrames,
  startTrim,
  type TrimState,
  trimChunk,
} from "@segue/core";
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
  missing: Frames = 0;
  readonly #decoder: TrackDecoder;
  readonly #gain: number;
  readonly #resampler: Resampler | null;
  #trim: TrimState;
  #flushed = false;
  #queue: StereoBlock[] = [];
  #ended = false;

  private constructor(decoder: TrackDecoder, trim: TrimState, gain: number, from: Hertz, to: Hertz) {
    this.#decoder = decoder;
    this.#trim = trim;
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
    const at = manifest.trimStartFrames + Math.min(Math.max(0, frame), manifest.totalFrames);
    await decoder.seek(at);
    return new ItemStream(decoder, startTrim(manifest, at), gain, manifest.sampleRateHz, outputRate);
  }

  /** The next block of at most 8,192 frames that the caller may keep; null at the end. */
  async next(): Promise<StereoBlock | null> {
    for (;;) {
      const queued = this.#queue.shift();
      if (queued) return queued;
      if (this.#flushed) return null;
      if (missingFrames(this.#trim) === 0) {
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
    if (!decoded) return this.#silence();
    const [from, to] = this.#take(decoded.frames);
    const left = this.#channel(decoded.channels[0]!, from, to);
    const right = decoded.channels.length > 1 ? this.#channel(decoded.channels[1]!, from, to) : left.slice();
    return { left, right };
  }

  #silence(): StereoBlock {
    this.#ended = true;
    const frames = Math.min(missingFrames(this.#trim), LARGEST_BLOCK);
    this.#take(frames);
    this.missing += frames;
    return { left: new Float32Array(frames), right: new Float32Array(frames) };
  }

  /** Counts `frames` more frames of the decoder, and says from where to where they are played. */
  #take(frames: Frames): readonly [from: Frames, to: Frames] {
    const { state, from, to } = trimChunk(this.#trim, frames);
    this.#trim = state;
    return [from, to];
  }

  #channel(samples: Float32Array, from: Frames, to: Frames): Float32Array {
    const out = samples.slice(from, to);
    if (this.#gain !== 1) for (let i = 0; i < out.length; i++) out[i] = out[i]! * this.#gain;
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
