import type { Frames, Hertz } from "@segue/core";
import { frameCount, joinBlocks, type Pcm } from "../read/pcm";
import { ANALYZED_SECONDS } from "./spectrum";

/** Keeps the stretch of a track that the estimators look at. */
export class MiddleSample {
  readonly #sampleRate: Hertz;
  readonly #from: Frames;
  readonly #to: Frames;
  readonly #kept: Pcm[] = [];
  #at: Frames = 0;

  /** @param frames of the whole track */
  constructor(frames: Frames, sampleRate: Hertz) {
    this.#sampleRate = sampleRate;
    const wanted = Math.min(frames, ANALYZED_SECONDS * sampleRate);
    this.#from = Math.floor((frames - wanted) / 2);
    this.#to = this.#from + wanted;
  }

  /** Takes the next block. */
  push(block: Pcm): void {
    const from = Math.max(0, this.#from - this.#at);
    const to = Math.min(frameCount(block), this.#to - this.#at);
    this.#at += frameCount(block);
    if (to <= from) return;
    const channels = block.channels.slice(0, 2).map((channel) => channel.slice(from, to));
    this.#kept.push({ sampleRate: this.#sampleRate, channels });
  }

  /** The stretch, at most two channels of it. */
  pcm(): Pcm {
    return joinBlocks(this.#kept);
  }
}
