import type { Frames, Hertz } from "@segue/core";
import type { OutputLink } from "./engine-environment";
import type { OutputReport } from "./output/protocol";
import { ringBytes, SharedRing } from "./output/shared-ring";
import type { StereoBlock } from "./stereo-block";

/** A power of two, as the ring's counters need: 11.9 s at 44.1 kHz. */
const RING_FRAMES: Frames = 2 ** 19;
/** Kept free in the ring: a block that was decoded is written whole. */
const SPARE_FRAMES: Frames = 16_384;
const AHEAD_SECONDS = 10;

/** The one stream of frames to an output, as the engine sees it: what it wrote, and what of that was played. */
export class OutputStream {
  readonly #link: OutputLink;
  #ring: SharedRing | null = null;
  #epoch = 0;
  #written: Frames = 0;
  #played: Frames = 0;
  #playedBefore: Frames = 0;
  #underrun: Frames = 0;
  #starved = false;
  #eof = false;
  #pauseSeq = 0;
  #silent = true;

  constructor(link: OutputLink) {
    this.#link = link;
  }

  get rateHz(): Hertz {
    return this.#link.sampleRateHz;
  }
  /** Changes with each `restart`: what the output says of an earlier epoch is stale. */
  get epoch(): number {
    return this.#epoch;
  }
  /** Frames that were written in this epoch. */
  get written(): Frames {
    return this.#written;
  }
  /** Frames of this epoch that were played, as of the last report. */
  get played(): Frames {
    return this.#played;
  }
  /** Frames that were played in all epochs. */
  get framesPlayed(): Frames {
    return this.#playedBefore + this.#played;
  }
  /** Silent frames in all epochs, because frames came too late. */
  get underrun(): Frames {
    return this.#underrun;
  }
  /** Frames that were written and wait to be played. */
  get waiting(): Frames {
    return this.#written - this.#played;
  }
  /** Whether enough waits to be played. */
  get full(): boolean {
    return this.waiting >= Math.min(this.rateHz * AHEAD_SECONDS, RING_FRAMES - SPARE_FRAMES);
  }

  /** Whether the output knows of the last `setPaused` and plays no music, as of its last report. */
  get silent(): boolean {
    return this.#silent;
  }

  setPaused(paused: boolean): void {
    this.#silent = false;
    this.#link.send({ type: "pause", paused, seq: ++this.#pauseSeq });
  }

  /** Forgets what was written and begins a new epoch. */
  restart(fadeIn: boolean): void {
    this.#epoch++;
    this.#playedBefore += this.#played;
    this.#played = 0;
    this.#written = 0;
    this.#eof = false;
    this.#starved = false;
    const memory =
      this.#link.kind === "shared-memory" ? new SharedArrayBuffer(ringBytes(RING_FRAMES)) : undefined;
    this.#ring = memory ? new SharedRing(memory) : null;
    this.#link.send({ type: "flush", epoch: this.#epoch, fadeIn, memory });
  }

  write(block: StereoBlock): void {
    const frames = block.left.length;
    if (this.#ring) this.#ring.write(block.left, block.right, 0, frames);
    else this.#link.send({ type: "pcm", epoch: this.#epoch, left: block.left, right: block.right });
    this.#written += frames;
  }

  /** The item numbered `id` begins with the next frame that is written. Returns the number of that frame. */
  mark(id: number): Frames {
    this.#link.send({ type: "mark", epoch: this.#epoch, id, frame: this.#written });
    return this.#written;
  }

  /** Whether nothing follows for now. */
  setEof(eof: boolean): void {
    if (eof === this.#eof) return;
    this.#eof = eof;
    this.#link.send({ type: "eof", epoch: this.#epoch, eof });
  }

  /** Asks the output to forget what was written from `frame` on. Write nothing before it has answered. */
  truncate(frame: Frames): void {
    this.#link.send({ type: "truncate", epoch: this.#epoch, frame });
  }

  /** The output has forgotten what was written from `frame` on. */
  truncated(frame: Frames): void {
    this.#written = frame;
  }

  /** Takes over what the output reports. True when the output has just run dry. */
  take(report: OutputReport): boolean {
    const dry = report.starved && !this.#starved;
    this.#played = report.played;
    this.#underrun = report.underrun;
    this.#starved = report.starved;
    this.#silent = report.silent && report.pauseSeq === this.#pauseSeq;
    return dry;
  }
}
