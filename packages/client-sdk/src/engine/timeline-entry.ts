import type { Frames, Hertz, SegueError } from "@segue/core";
import type { EngineEvent, EngineItem } from "../ports/engine";
import type { ItemStream } from "./item-stream";
import type { DecryptingReader } from "./media/decrypting-reader";
import type { RangeFetcher } from "./media/range-fetcher";
import type { StereoBlock } from "./stereo-block";

/** An item on the timeline and how far it came. */
export class TimelineEntry {
  stream: ItemStream | null = null;
  /** A block that was decoded but may not be written yet. */
  held: StereoBlock | null = null;
  /** Output frame of this epoch at which `fromFrame` of the item sounds; null until it was written. */
  startOut: Frames | null = null;
  /** Output frame after the item's last; null until it was written. */
  endOut: Frames | null = null;
  fromFrame: Frames;
  failure: SegueError | null = null;
  /** Its first frame was audible. */
  started = false;
  /** It is to go once the output has dropped its frames. */
  doomed = false;
  #playedBefore = 0;

  constructor(
    readonly id: number,
    readonly item: EngineItem,
    readonly fetcher: RangeFetcher,
    readonly reader: DecryptingReader,
  ) {
    this.fromFrame = item.startFrame;
  }

  /** The item's frame that sounds at output frame `played`. */
  frameAt(played: Frames, outputRate: Hertz): Frames {
    if (this.startOut === null) return this.fromFrame;
    const frames = Math.floor(((played - this.startOut) * this.item.manifest.sampleRateHz) / outputRate);
    return Math.min(this.item.manifest.totalFrames, this.fromFrame + Math.max(0, frames));
  }

  /** Frames of the item that were played, over all seeks. */
  framesPlayed(played: Frames, outputRate: Hertz): Frames {
    return this.#playedBefore + this.frameAt(played, outputRate) - this.fromFrame;
  }

  /** Begins again at `frame` in a new epoch, in which nothing was written yet. */
  rewind(frame: Frames, played: Frames, outputRate: Hertz): void {
    this.#playedBefore = this.framesPlayed(played, outputRate);
    this.stream?.close();
    this.stream = null;
    this.held = null;
    this.startOut = null;
    this.endOut = null;
    this.fromFrame = Math.min(Math.max(0, Math.floor(frame)), this.item.manifest.totalFrames);
  }

  /** How far the item is fetched and decoded. */
  buffered(written: Frames, played: Frames, outputRate: Hertz): EngineEvent {
    const ahead = this.startOut === null ? 0 : (this.endOut ?? written) - Math.max(played, this.startOut);
    const aheadMs = (Math.max(0, ahead) / outputRate) * 1000;
    const { bytes, complete } = this.fetcher.store;
    return { type: "buffered", uid: this.item.uid, aheadMs, fetchedBytes: bytes, complete };
  }

  replaceUrl(url: string): void {
    this.failure = null;
    this.fetcher.replaceUrl(url);
  }

  /** Forgets a refusal by the license gate, which a new license may lift. */
  forgive(): void {
    const code = this.failure?.code;
    if (code?.startsWith("license_") || code === "clock_tampered") this.failure = null;
  }

  close(): void {
    this.stream?.close();
    this.stream = null;
    this.held = null;
    this.fetcher.close();
  }
}
