import type { Pcm } from "../read/pcm";
import type { LoudnessBlocks } from "./gate";
import { PeakMeter } from "./true-peak";

/** Measures after ITU-R BS.1770-4, block by block. Surround channels count +1.5 dB, a low-frequency channel not at all. */
export class LoudnessMeter {
  readonly #channels: readonly ChannelMeter[];
  #frames = 0;
  readonly #step: number;

  constructor(sampleRate: number, channels: number) {
    this.#step = Math.round(sampleRate / 10);
    this.#channels = Array.from({ length: channels }, (_, index) => {
      const weight = channels < 5 || index < 3 ? 1 : channels >= 6 && index === 3 ? 0 : 1.41;
      return new ChannelMeter(sampleRate, this.#step, weight);
    });
  }

  push(pcm: Pcm): void {
    this.#frames += pcm.channels[0]?.length ?? 0;
    pcm.channels.forEach((channel, index) => {
      this.#channels[index]!.push(channel);
    });
  }

  finish(): LoudnessBlocks {
    const step = this.#step;
    const frames = this.#frames;
    const channels = this.#channels;
    const peak = Math.max(0, ...channels.map((channel) => channel.peak.finish()));
    const steps = Math.floor(frames / step);
    const sum = (bin: number) => channels.reduce((total, channel) => total + (channel.sums[bin] ?? 0), 0);
    if (steps < 4) {
      let total = steps === 0 ? channels.reduce((all, channel) => all + channel.open, 0) : 0;
      for (let bin = 0; bin < steps; bin++) total += sum(bin);
      return { blocks: Float64Array.of(total / Math.max(1, steps === 0 ? frames : steps * step)), peak };
    }
    const bins = Float64Array.from({ length: steps }, (_, bin) => sum(bin));
    const blocks = new Float64Array(steps - 3);
    for (let i = 0; i < blocks.length; i++)
      blocks[i] = (bins[i]! + bins[i + 1]! + bins[i + 2]! + bins[i + 3]!) / (4 * step);
    return { blocks, peak };
  }
}

/** Measures a whole track. */
export function measureBlocks(pcm: Pcm): LoudnessBlocks {
  const meter = new LoudnessMeter(pcm.sampleRate, pcm.channels.length);
  meter.push(pcm);
  return meter.finish();
}

interface Biquad {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
}

/** The two stages of K-weighting at any sample rate: a shelf of +4 dB for the head, and a high-pass. */
function kWeighting(sampleRate: number): readonly [Biquad, Biquad] {
  const shelfK = Math.tan((Math.PI * 1681.974450955533) / sampleRate);
  const shelfQ = 0.7071752369554196;
  const vh = 10 ** (3.999843853973347 / 20);
  const vb = vh ** 0.4996667741545416;
  const s0 = 1 + shelfK / shelfQ + shelfK * shelfK;
  const shelf = {
    b0: (vh + (vb * shelfK) / shelfQ + shelfK * shelfK) / s0,
    b1: (2 * (shelfK * shelfK - vh)) / s0,
    b2: (vh - (vb * shelfK) / shelfQ + shelfK * shelfK) / s0,
    a1: (2 * (shelfK * shelfK - 1)) / s0,
    a2: (1 - shelfK / shelfQ + shelfK * shelfK) / s0,
  };
  const passK = Math.tan((Math.PI * 38.13547087602444) / sampleRate);
  const passQ = 0.5003270373238773;
  const p0 = 1 + passK / passQ + passK * passK;
  const pass = {
    b0: 1,
    b1: -2,
    b2: 1,
    a1: (2 * (passK * passK - 1)) / p0,
    a2: (1 - passK / passQ + passK * passK) / p0,
  };
  return [shelf, pass];
}

/** The filters of one channel, and what it has summed up so far. */
class ChannelMeter {
  /** Weighted squares of each whole 100 ms. */
  readonly sums: number[] = [];
  readonly peak: PeakMeter;
  readonly #step: number;
  readonly #weight: number;
  readonly #filters: readonly [Biquad, Biquad];
  readonly #state = { x1: 0, x2: 0, y1: 0, y2: 0, z1: 0, z2: 0 };
  #inBin = 0;
  #sum = 0;

  constructor(sampleRate: number, step: number, weight: number) {
    this.#step = step;
    this.#weight = weight;
    this.#filters = kWeighting(sampleRate);
    this.peak = new PeakMeter(sampleRate);
  }

  /** Weighted squares since the last whole 100 ms. */
  get open(): number {
    return this.#sum * this.#weight;
  }

  push(channel: Float32Array): void {
    this.peak.push(channel);
    if (this.#weight === 0) return;
    const [s, p] = this.#filters;
    let { x1, x2, y1, y2, z1, z2 } = this.#state;
    const step = this.#step;
    let inBin = this.#inBin;
    let sum = this.#sum;
    for (let i = 0; i < channel.length; i++) {
      const x = channel[i]!;
      const y = s.b0 * x + s.b1 * x1 + s.b2 * x2 - s.a1 * y1 - s.a2 * y2;
      const z = y - 2 * y1 + y2 - p.a1 * z1 - p.a2 * z2;
      x2 = x1;
      x1 = x;
      y2 = y1;
      y1 = y;
      z2 = z1;
      z1 = z;
      sum += z * z;
      if (++inBin === step) {
        this.sums.push(sum * this.#weight);
        inBin = 0;
        sum = 0;
      }
    }
    Object.assign(this.#state, { x1, x2, y1, y2, z1, z2 });
    this.#inBin = inBin;
    this.#sum = sum;
  }
}
