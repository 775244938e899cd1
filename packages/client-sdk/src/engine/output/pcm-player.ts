import type { Frames, Hertz } from "@segue/core";
import { BlockQueue, type PcmSource } from "./pcm-source";
import type { OutputCommand, OutputMessage } from "./protocol";
import { SharedRing } from "./shared-ring";

const FADE_SECONDS = 0.005;
const START_SECONDS = 1;

/**
 * The output's half of the engine: plays one continuous stream, counts what was played, and inserts silence when frames
 * come late, never skipping one. It runs in the AudioWorklet and, driven by a pump, in Node.
 */
export class PcmPlayer {
  readonly #post: (message: OutputMessage) => void;
  readonly #fadeFrames: Frames;
  readonly #threshold: Frames;
  readonly #realtime: boolean;
  #source: PcmSource = new BlockQueue();
  #epoch = 0;
  #next: { epoch: number; fadeIn: boolean; source: PcmSource } | null = null;
  #eof = true;
  #paused = false;
  #pauseSeq = 0;
  /** Whether the last block held no music. */
  #silent = true;
  #starved = true;
  #begun = false;
  #played = 0;
  #underrun = 0;
  /** Silent frames since the last played one. */
  #silence = 0;
  #volume = 1;
  #gain = 1;
  #fade = 1;
  #marks: { id: number; frame: Frames }[] = [];
  #crossed: { id: number; gap: Frames }[] = [];
  #sinceReport = 0;
  #dirty = false;
  readonly #reportEvery: Frames;

  /** @param realtime false when what `render` could not fill is not heard as silence */
  constructor(sampleRateHz: Hertz, post: (message: OutputMessage) => void, realtime = true) {
    this.#realtime = realtime;
    this.#post = post;
    this.#fadeFrames = Math.max(1, Math.round(sampleRateHz * FADE_SECONDS));
    this.#threshold = Math.round(sampleRateHz * START_SECONDS);
    this.#reportEvery = Math.round(sampleRateHz / 20);
  }

  /** Whether a block could be filled with music now; a file output asks before it renders. */
  get ready(): boolean {
    return !this.#paused && (this.#next !== null || this.#canSound());
  }

  /** Whether there is music to play, or some is awaited. */
  get busy(): boolean {
    return !this.#paused && (this.#next !== null || !this.#eof || this.#source.available() > 0);
  }

  command(command: OutputCommand): void {
    switch (command.type) {
      case "flush":
        this.#flush(command.epoch, command.fadeIn, command.memory);
        return;
      case "pause":
        this.#paused = command.paused;
        this.#pauseSeq = command.seq;
        this.#dirty = true;
        return;
      case "volume":
        this.#volume = command.volume;
        return;
      case "tap":
        return;
      default:
        break;
    }
    // A flush whose fade-out still sounds takes effect before anything of its epoch arrives.
    if (this.#next && command.epoch === this.#next.epoch) this.#switch();
    if (command.epoch !== this.#epoch) return;
    if (command.type === "pcm") {
      if (this.#source instanceof BlockQueue) this.#source.push(command.left, command.right);
    } else if (command.type === "mark") {
      this.#marks.push({ id: command.id, frame: command.frame });
    } else if (command.type === "eof") {
      this.#eof = command.eof;
    } else this.#truncate(command.frame);
  }

  /** Fills `frames` frames of `left` and `right` and says how many of them are music. */
  render(left: Float32Array, right: Float32Array, frames: Frames): Frames {
    let done = this.#next ? this.#fadeOut(left, right, frames) : 0;
    if (this.#next && (this.#fade === 0 || done < frames)) this.#switch();
    done += this.#play(left, right, done, frames - done);
    if (done < frames) {
      left.fill(0, done, frames);
      right.fill(0, done, frames);
      this.#rest(frames - done);
    }
    if (this.#silent !== (done === 0)) this.#dirty = true;
    this.#silent = done === 0;
    this.#sinceReport += frames;
    if (this.#dirty || this.#crossed.length > 0 || this.#sinceReport >= this.#reportEvery) this.report();
    return done;
  }

  /** Tells the engine where the output is. */
  report(): void {
    this.#sinceReport = 0;
    this.#dirty = false;
    const marks = this.#crossed;
    this.#crossed = [];
    this.#post({
      type: "report",
      epoch: this.#epoch,
      played: this.#played,
      underrun: this.#underrun,
      starved: this.#starved && !this.#eof,
      // What is not played in real time is not rendered while it rests.
      silent: this.#silent || (!this.#realtime && !this.ready),
      pauseSeq: this.#pauseSeq,
      marks,
    });
  }

  #flush(epoch: number, fadeIn: boolean, memory: SharedArrayBuffer | undefined): void {
    const source = memory ? new SharedRing(memory) : new BlockQueue();
    const sounding = !this.#paused && !this.#starved && this.#fade > 0;
    this.#next = { epoch, fadeIn, source };
    if (!sounding) this.#switch();
  }

  #switch(): void {
    const next = this.#next;
    if (!next) return;
    this.#next = null;
    this.#source = next.source;
    this.#epoch = next.epoch;
    this.#fade = next.fadeIn ? 0 : 1;
    this.#gain = this.#volume;
    this.#eof = false;
    this.#starved = true;
    this.#begun = false;
    this.#played = 0;
    this.#silence = 0;
    this.#marks = [];
    this.#crossed = [];
    this.#dirty = true;
  }

  #truncate(frame: Frames): void {
    const done = this.#played <= frame;
    if (done) {
      this.#source.keep(frame - this.#played);
      this.#marks = this.#marks.filter((mark) => mark.frame < frame);
    }
    this.#post({ type: "truncated", epoch: this.#epoch, frame, done });
  }

  #canSound(): boolean {
    const available = this.#source.available();
    return this.#starved ? available >= this.#threshold || (this.#eof && available > 0) : available > 0;
  }

  #fadeOut(left: Float32Array, right: Float32Array, frames: Frames): Frames {
    const wanted = Math.min(frames, Math.ceil(this.#fade * this.#fadeFrames));
    const count = this.#source.read(left, right, 0, wanted);
    this.#shape(left, right, 0, count, 0);
    if (count < wanted) this.#fade = 0;
    return count;
  }

  #play(left: Float32Array, right: Float32Array, offset: number, frames: Frames): Frames {
    const target = this.#paused ? 0 : 1;
    // A stream that has not sounded yet has nothing to fade out.
    if (this.#paused && (this.#fade === 0 || !this.#begun)) return 0;
    if (!this.#canSound()) {
      if (this.#paused) this.#fade = 0;
      return 0;
    }
    const wanted = this.#paused ? Math.min(frames, Math.ceil(this.#fade * this.#fadeFrames)) : frames;
    if (this.#starved) this.#dirty = true;
    this.#starved = false;
    this.#begun = true;
    const count = this.#source.read(left, right, offset, wanted);
    this.#shape(left, right, offset, count, target);
    this.#cross(count);
    this.#played += count;
    if (count > 0) this.#silence = 0;
    return count;
  }

  /** Volume and fades. Samples stay untouched at full volume. */
  #shape(left: Float32Array, right: Float32Array, offset: number, count: Frames, fadeTo: number): void {
    if (this.#fade === 1 && fadeTo === 1 && this.#gain === 1 && this.#volume === 1) return;
    const step = 1 / this.#fadeFrames;
    for (let i = offset; i < offset + count; i++) {
      this.#fade = approach(this.#fade, fadeTo, step);
      this.#gain = approach(this.#gain, this.#volume, step);
      const factor = this.#fade * this.#gain;
      left[i] = left[i]! * factor;
      right[i] = right[i]! * factor;
    }
  }

  #cross(count: Frames): void {
    const end = this.#played + count;
    for (let mark = this.#marks[0]; mark && mark.frame < end; mark = this.#marks[0]) {
      this.#marks.shift();
      this.#crossed.push({ id: mark.id, gap: mark.frame === this.#played ? this.#silence : 0 });
    }
  }

  #rest(frames: Frames): void {
    if (this.#paused || !this.#begun || !this.#realtime) return;
    this.#silence += frames;
    if (!this.#starved) {
      this.#starved = true;
      this.#dirty = true;
    }
    if (!this.#eof) this.#underrun += frames;
  }
}

function approach(value: number, target: number, step: number): number {
  return value < target ? Math.min(target, value + step) : Math.max(target, value - step);
}
