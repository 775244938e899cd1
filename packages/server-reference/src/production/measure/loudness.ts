import type { Pcm } from "../read/pcm";

/** Mean squares of K-weighted 400 ms blocks (75 % overlap) and the true peak: enough to gate a track or an album. */
export interface LoudnessBlocks {
  /** Channel-weighted mean square of each block. */
  readonly blocks: Float64Array;
  /** Linear true peak (4 times oversampled). */
  readonly peak: number;
}

/** Loudness of programs below this is reported as this. */
export const SILENCE_LUFS = -70;

/** Measures after ITU-R BS.1770-4, block by block. Surround channels count +1.5 dB, a low-frequency channel not at all. */
export class LoudnessMeter {
  private readonly channels: readonly ChannelMeter[];
  private frames = 0;
  private readonly step: number;

  constructor(sampleRate: number, channels: number) {
    this.step = Math.round(sampleRate / 10);
    this.channels = Array.from({ length: channels }, (_, index) => {
      const weight = channels < 5 || index < 3 ? 1 : channels >= 6 && index === 3 ? 0 : 1.41;
      return new ChannelMeter(sampleRate, this.step, weight);
    });
  }

  push(pcm: Pcm): void {
    this.frames += pcm.channels[0]?.length ?? 0;
    pcm.channels.forEach((channel, index) => {
      this.channels[index]!.push(channel);
    });
  }

  finish(): LoudnessBlocks {
    const { step, frames, channels } = this;
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

/** Integrated loudness in LUFS of all blocks together (absolute gate -70 LUFS, relative gate -10 LU). */
export function integrate(parts: readonly LoudnessBlocks[]): number {
  const audible: number[] = [];
  for (const part of parts)
    for (const block of part.blocks) if (lufs(block) > SILENCE_LUFS) audible.push(block);
  if (audible.length === 0) return SILENCE_LUFS;
  const gate = mean(audible) / 10;
  const gated = audible.filter((block) => block > gate);
  return Math.max(SILENCE_LUFS, lufs(mean(gated.length > 0 ? gated : audible)));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const lufs = (meanSquare: number) => -0.691 + 10 * Math.log10(meanSquare);

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
  private readonly filters: readonly [Biquad, Biquad];
  private readonly state = { x1: 0, x2: 0, y1: 0, y2: 0, z1: 0, z2: 0 };
  private inBin = 0;
  private sum = 0;

  constructor(
    sampleRate: number,
    private readonly step: number,
    private readonly weight: number,
  ) {
    this.filters = kWeighting(sampleRate);
    this.peak = new PeakMeter(sampleRate);
  }

  /** Weighted squares since the last whole 100 ms. */
  get open(): number {
    return this.sum * this.weight;
  }

  push(channel: Float32Array): void {
    this.peak.push(channel);
    if (this.weight === 0) return;
    const [s, p] = this.filters;
    let { x1, x2, y1, y2, z1, z2 } = this.state;
    let { inBin, sum } = this;
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
      if (++inBin === this.step) {
        this.sums.push(sum * this.weight);
        inBin = 0;
        sum = 0;
      }
    }
    Object.assign(this.state, { x1, x2, y1, y2, z1, z2 });
    this.inBin = inBin;
    this.sum = sum;
  }
}

const PHASE_TAPS = 12;
const OVERSAMPLING = 4;
const phases = Array.from({ length: OVERSAMPLING }, (_, phase) => {
  const taps = Float64Array.from({ length: PHASE_TAPS }, (_, tap) => {
    const x = tap - PHASE_TAPS / 2 + 1 - phase / OVERSAMPLING;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    const window = Math.cos((Math.PI * x) / (PHASE_TAPS + 1)) ** 2;
    return sinc * window;
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
});

/** Linear true peak of one channel. Stretches far below the peak so far are skipped: they cannot exceed it. */
class PeakMeter {
  private peak = 0;
  /** The end of what came before, which the filter still looks at. */
  private before = new Float32Array(PHASE_TAPS);
  private readonly isOversampled: boolean;

  constructor(sampleRate: number) {
    this.isOversampled = sampleRate < 176_400;
  }

  push(channel: Float32Array): void {
    for (let i = 0; i < channel.length; i++) {
      const value = Math.abs(channel[i]!);
      if (value > this.peak) this.peak = value;
    }
    if (!this.isOversampled) return;
    const samples = new Float32Array(this.before.length + channel.length);
    samples.set(this.before);
    samples.set(channel, this.before.length);
    this.interpolate(samples, PHASE_TAPS / 2, samples.length - PHASE_TAPS / 2);
    this.before = samples.slice(-PHASE_TAPS);
  }

  finish(): number {
    if (this.isOversampled) {
      const samples = new Float32Array(this.before.length + PHASE_TAPS);
      samples.set(this.before);
      this.interpolate(samples, PHASE_TAPS / 2, samples.length - PHASE_TAPS / 2);
    }
    return this.peak;
  }

  private interpolate(samples: Float32Array, from: number, to: number): void {
    const half = PHASE_TAPS / 2;
    // Interpolated samples exceed their larger neighbor by less than a factor of 2 in this filter.
    const threshold = this.peak / 2;
    for (let i = from; i < to; i++) {
      if (Math.abs(samples[i]!) < threshold) continue;
      for (let center = i - 1; center <= i; center++) {
        for (let phase = 1; phase < OVERSAMPLING; phase++) {
          const taps = phases[phase]!;
          let sum = 0;
          for (let tap = 0; tap < PHASE_TAPS; tap++)
            sum += (samples[center - half + 1 + tap] ?? 0) * taps[tap]!;
          if (sum > this.peak) this.peak = sum;
          else if (-sum > this.peak) this.peak = -sum;
        }
      }
    }
  }
}
