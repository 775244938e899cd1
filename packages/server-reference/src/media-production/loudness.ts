import type { Pcm } from "./pcm";

/** Mean squares of K-weighted 400 ms blocks (75 % overlap) and the true peak: enough to gate a track or an album. */
export interface LoudnessBlocks {
  /** Channel-weighted mean square of each block. */
  readonly blocks: Float64Array;
  /** Linear true peak (4 times oversampled). */
  readonly peak: number;
}

/** Loudness of programs below this is reported as this. */
export const SILENCE_LUFS = -70;

/** Measures after ITU-R BS.1770-4. Surround channels count +1.5 dB, a low-frequency channel not at all. */
export function measureBlocks(pcm: Pcm): LoudnessBlocks {
  const step = Math.round(pcm.sampleRate / 10);
  const frames = pcm.channels[0]?.length ?? 0;
  const steps = Math.floor(frames / step);
  const sums = new Float64Array(Math.max(steps, 1));
  let peak = 0;
  pcm.channels.forEach((channel, index) => {
    const weight =
      pcm.channels.length < 5 || index < 3 ? 1 : pcm.channels.length >= 6 && index === 3 ? 0 : 1.41;
    addSquares(channel, pcm.sampleRate, step, sums, weight);
    peak = Math.max(peak, truePeak(channel, pcm.sampleRate));
  });
  if (steps < 4) {
    const total = sums.reduce((sum, value) => sum + value, 0);
    return { blocks: Float64Array.of(total / Math.max(1, steps === 0 ? frames : steps * step)), peak };
  }
  const blocks = new Float64Array(steps - 3);
  for (let i = 0; i < blocks.length; i++) {
    blocks[i] = (sums[i]! + sums[i + 1]! + sums[i + 2]! + sums[i + 3]!) / (4 * step);
  }
  return { blocks, peak };
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

function addSquares(
  channel: Float32Array,
  rate: number,
  step: number,
  sums: Float64Array,
  weight: number,
): void {
  if (weight === 0) return;
  const [s, p] = kWeighting(rate);
  let x1 = 0;
  let x2 = 0;
  let y1 = 0;
  let y2 = 0;
  let z1 = 0;
  let z2 = 0;
  const end = Math.min(channel.length, Math.max(step * sums.length, 1));
  let bin = 0;
  let inBin = 0;
  let sum = 0;
  for (let i = 0; i < end; i++) {
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
      sums[bin]! += sum * weight;
      bin++;
      inBin = 0;
      sum = 0;
    }
  }
  if (inBin > 0 && bin < sums.length) sums[bin]! += sum * weight;
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
function truePeak(channel: Float32Array, sampleRate: number): number {
  let peak = 0;
  for (let i = 0; i < channel.length; i++) {
    const value = Math.abs(channel[i]!);
    if (value > peak) peak = value;
  }
  if (sampleRate >= 176_400) return peak;
  const half = PHASE_TAPS / 2;
  // Interpolated samples exceed their larger neighbor by less than a factor of 2 in this filter.
  const threshold = peak / 2;
  for (let i = 0; i < channel.length; i++) {
    if (Math.abs(channel[i]!) < threshold) continue;
    for (let center = i - 1; center <= i; center++) {
      for (let phase = 1; phase < OVERSAMPLING; phase++) {
        const taps = phases[phase]!;
        let sum = 0;
        for (let tap = 0; tap < PHASE_TAPS; tap++)
          sum += (channel[center - half + 1 + tap] ?? 0) * taps[tap]!;
        if (sum > peak) peak = sum;
        else if (-sum > peak) peak = -sum;
      }
    }
  }
  return peak;
}
