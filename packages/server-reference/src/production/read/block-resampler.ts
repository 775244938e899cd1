import type { Frames, Hertz } from "@segue/core";
import type { Pcm } from "./pcm";
import { resample } from "./resample";

/** Source frames of a block, about: small enough to hold many, large enough that the kernel's set-up does not count. */
const BLOCK_FRAMES = 2 ** 18;
/** Zero crossings of the kernel that a block must see beyond its ends, with room to spare. */
const REACH = 80;

/**
 * Resamples a stream block by block. Blocks begin where a source frame and a target frame coincide, so the result is
 * that of resampling the whole, however the stream was cut.
 */
export class BlockResampler {
  private readonly unit: number;
  private readonly perUnit: number;
  private readonly block: number;
  private readonly margin: number;
  private held: Float32Array[] = [];
  /** Source frame of the first held one. */
  private heldFrom = 0;
  private received = 0;
  private made = 0;

  constructor(
    private readonly source: Hertz,
    private readonly target: Hertz,
  ) {
    const common = divisor(source, target);
    this.unit = source / common;
    this.perUnit = target / common;
    this.block = Math.max(1, Math.round(BLOCK_FRAMES / this.unit));
    const reach = REACH * Math.max(1, source / target);
    this.margin = Math.ceil(reach / this.unit);
  }

  /** Takes the next frames of the source and gives what is finished. */
  push(pcm: Pcm): Pcm[] {
    if (this.source === this.target) return [pcm];
    this.received += pcm.channels[0]!.length;
    this.held =
      this.held.length === 0
        ? pcm.channels.map((channel) => channel.slice())
        : this.held.map((channel, i) => concat(channel, pcm.channels[i]!));
    const ready: Pcm[] = [];
    while (this.received >= (this.made + this.block + this.margin) * this.unit)
      ready.push(this.take(this.block));
    return ready;
  }

  /** Gives the rest: altogether round(source frames × target / source) frames. */
  finish(): Pcm[] {
    if (this.source === this.target || this.received === 0) return [];
    const total: Frames = Math.max(1, Math.round((this.received * this.target) / this.source));
    return [this.cut(total - this.made * this.perUnit)];
  }

  private take(units: number): Pcm {
    const pcm = this.cut(units * this.perUnit);
    this.made += units;
    const keepFrom = Math.max(0, (this.made - this.margin) * this.unit);
    this.held = this.held.map((channel) => channel.slice(keepFrom - this.heldFrom));
    this.heldFrom = keepFrom;
    return pcm;
  }

  /** `frames` of the target from where the last block ended. */
  private cut(frames: Frames): Pcm {
    const before = Math.min(this.made, this.margin);
    const from = (this.made - before) * this.unit - this.heldFrom;
    const end = Math.ceil((frames * this.source) / this.target) + (before + this.margin) * this.unit;
    const channels = this.held.map((channel) => channel.subarray(from, from + end));
    const skip = before * this.perUnit;
    const whole = resample({ sampleRate: this.source, channels }, this.target);
    return { sampleRate: this.target, channels: whole.channels.map((c) => c.slice(skip, skip + frames)) };
  }
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

function concat(a: Float32Array, b: Float32Array): Float32Array {
  const joined = new Float32Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
