import { type Pcm, toMono } from "../read/pcm";
import { resample } from "../read/resample";
import { Fft } from "./fft";
import { percentile, splitPower, syllables, vibrato } from "./modulation";

const SIZE = 1024;
const HOP = 512;
/** Sample rate at which spectra are taken. */
export const ANALYSIS_RATE = 22_050;
/** Spectra per second. */
export const FRAME_RATE = ANALYSIS_RATE / HOP;
/** At most this much of a track, from its middle, is looked at. */
export const ANALYZED_SECONDS = 90;

/** What the estimators read: one value per spectrum unless said otherwise. */
export interface Spectra {
  /** Rise of the compressed spectrum: where notes and strokes begin. */
  readonly onset: Float64Array;
  readonly rms: Float64Array;
  /** Power-weighted mean frequency in Hz. */
  readonly centroid: Float64Array;
  /** Geometric by arithmetic mean of the power spectrum, 0 (a tone) to 1 (noise). */
  readonly flatness: Float64Array;
  /** Share of power above 4 kHz. */
  readonly high: Float64Array;
  /** Rise of the level below 150 Hz: strokes of a bass drum. */
  readonly thump: Float64Array;
  /** Irregular change of the voice band (300 Hz to 3.4 kHz) at the rate of syllables. */
  readonly syllables: number;
  /** Swing of single frequencies at the rate of a vibrato. */
  readonly vibrato: number;
  /** Log10 of what differs between the sides (1.5 to 4 kHz) in the quietest moments, by the mean power; null for mono. */
  readonly ambience: number | null;
  /** Power by pitch class over the whole track, C first. */
  readonly chroma: Float64Array;
}

/** What one frame contributes to more than one estimate. */
interface Frame {
  readonly mid: Float64Array;
  readonly side: Float64Array;
  readonly before: Float64Array;
  readonly now: Float64Array;
}

/** Bins whose swings are looked at (every second of 600 Hz to 3 kHz), and whose quiet moments (1.5 to 4 kHz). */
const HERTZ = ANALYSIS_RATE / SIZE;
const SWING_BINS = range(600, 3_000, 2);
const QUIET_BINS = range(1_500, 4_000, 1);

function range(from: number, to: number, step: number): readonly number[] {
  const bins: number[] = [];
  for (let bin = Math.round(from / HERTZ); bin < to / HERTZ; bin += step) bins.push(bin);
  return bins;
}

/** Takes the spectra of (at most the middle 90 s of) a track. */
export function analyze(pcm: Pcm): Spectra {
  const [mid, side] = middle(pcm);
  const count = Math.max(1, Math.floor((mid!.length - SIZE) / HOP) + 1);
  const series = () => new Float64Array(count);
  const voiceLevel = series();
  const swings = SWING_BINS.map(series);
  const quiets = side ? QUIET_BINS.map(series) : [];
  const spectra = {
    onset: series(),
    rms: series(),
    centroid: series(),
    flatness: series(),
    high: series(),
    thump: series(),
    chroma: new Float64Array(12),
  };
  const fft = new Fft(SIZE);
  const window = Float64Array.from(
    { length: SIZE },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / SIZE),
  );
  const re = new Float64Array(SIZE);
  const im = new Float64Array(SIZE);
  const half = () => new Float64Array(SIZE / 2);
  let frame: Frame = { mid: half(), side: half(), before: half(), now: half() };
  let power = 0;
  for (let index = 0; index < count; index++) {
    let sum = 0;
    for (let i = 0; i < SIZE; i++) {
      const value = mid![index * HOP + i] ?? 0;
      sum += value * value;
      re[i] = value * window[i]!;
      im[i] = side ? (side[index * HOP + i] ?? 0) * window[i]! : 0;
    }
    spectra.rms[index] = Math.sqrt(sum / SIZE);
    fft.transform(re, im);
    splitPower(re, im, frame.mid, frame.side);
    const read = readFrame(spectra, index, frame);
    power += read.total;
    voiceLevel[index] = Math.sqrt(read.voice);
    SWING_BINS.forEach((bin, at) => {
      swings[at]![index] = Math.sqrt(frame.mid[bin]!);
    });
    if (side)
      QUIET_BINS.forEach((bin, at) => {
        quiets[at]![index] = frame.side[bin]!;
      });
    frame = { ...frame, before: frame.now, now: frame.before };
  }
  spectra.onset[0] = 0;
  spectra.thump[0] = 0;
  addChroma(spectra.chroma, mid!);
  return {
    ...spectra,
    syllables: syllables(voiceLevel, FRAME_RATE),
    vibrato: vibrato(swings, FRAME_RATE),
    ambience: side ? ambienceOf(quiets, power / count) : null,
  };
}

/** Quiet moments of most frequencies: what a single instrument holds there does not count. */
function ambienceOf(quiets: readonly Float64Array[], meanPower: number): number {
  const floors = Float64Array.from(quiets, (bin) => percentile(bin, 0.1));
  return Math.log10(percentile(floors, 0.25) / meanPower + 1e-12);
}

/** The mean of the channels and, unless there is one only, half the difference of the first two; both at the analysis rate. */
function middle(pcm: Pcm): readonly Float32Array[] {
  const frames = pcm.channels[0]?.length ?? 0;
  const wanted = Math.min(frames, ANALYZED_SECONDS * pcm.sampleRate);
  const from = Math.floor((frames - wanted) / 2);
  const cut = { ...pcm, channels: pcm.channels.map((channel) => channel.subarray(from, from + wanted)) };
  const [left, right] = cut.channels;
  const channels = [toMono(cut)];
  if (right) channels.push(left!.map((value, i) => (value - right[i]!) / 2));
  if (pcm.sampleRate === 2 * ANALYSIS_RATE) return channels.map(halve);
  return resample({ sampleRate: pcm.sampleRate, channels }, ANALYSIS_RATE).channels;
}

/** Half the rate by a short low-pass: good enough to look at, and fast. */
function halve(source: Float32Array): Float32Array {
  const out = new Float32Array(source.length >> 1);
  for (let i = 0; i < out.length; i++) {
    const at = 2 * i;
    out[i] =
      0.5 * source[at]! +
      0.3 * ((source[at - 1] ?? 0) + (source[at + 1] ?? 0)) -
      0.05 * ((source[at - 3] ?? 0) + (source[at + 3] ?? 0));
  }
  return out;
}

function readFrame(
  spectra: Pick<Spectra, "onset" | "thump" | "centroid" | "high" | "flatness">,
  index: number,
  { mid, before, now }: Frame,
): { readonly total: number; readonly voice: number } {
  let total = 1e-12;
  let weighted = 0;
  let high = 0;
  let voice = 0;
  let rise = 0;
  let logs = 0;
  // One logarithm for eight factors: they are what this loop costs.
  let product = 1;
  let thump = 0;
  for (let bin = 1; bin < SIZE / 2; bin++) {
    const power = mid[bin]!;
    const frequency = bin * HERTZ;
    total += power;
    weighted += power * frequency;
    if (frequency > 4_000) high += power;
    if (frequency > 300 && frequency < 3_400) voice += power;
    product *= power + 1e-12;
    if ((bin & 7) === 7) {
      logs += Math.log(product);
      product = 1;
    }
    const level = Math.log(1 + 100 * Math.sqrt(power));
    now[bin] = level;
    const step = level - before[bin]!;
    if (step > 0) rise += step;
    if (step > 0 && frequency < 150) thump += step;
  }
  const bins = SIZE / 2 - 1;
  spectra.onset[index] = rise / bins;
  spectra.thump[index] = thump;
  spectra.centroid[index] = weighted / total;
  spectra.high[index] = high / total;
  spectra.flatness[index] = Math.min(1, Math.exp(logs / bins) / (total / bins));
  return { total, voice };
}

/** Sums power by pitch class from long windows, which tell semitones apart down to about 110 Hz. */
function addChroma(chroma: Float64Array, samples: Float32Array): void {
  const size = 8192;
  if (samples.length < size) return;
  const fft = new Fft(size);
  const window = Float64Array.from(
    { length: size },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size),
  );
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  const first = new Float64Array(CHROMA_BINS + 1);
  const second = new Float64Array(CHROMA_BINS + 1);
  for (let at = 0; at + size <= samples.length; at += 2 * size) {
    const isPair = at + 2 * size <= samples.length;
    for (let i = 0; i < size; i++) {
      re[i] = samples[at + i]! * window[i]!;
      im[i] = isPair ? samples[at + size + i]! * window[i]! : 0;
    }
    fft.transform(re, im);
    splitPower(re, im, first, second);
    addPeaks(chroma, first, size);
    if (isPair) addPeaks(chroma, second, size);
  }
}

const CHROMA_BINS = 750;

function addPeaks(chroma: Float64Array, power: Float64Array, size: number): void {
  for (let bin = 41; bin < CHROMA_BINS; bin++) {
    if (!(power[bin]! > power[bin - 1]! && power[bin]! > power[bin + 1]!)) continue;
    const note = Math.round(69 + 12 * Math.log2((bin * ANALYSIS_RATE) / size / 440));
    chroma[((note % 12) + 12) % 12]! += Math.sqrt(power[bin]!);
  }
}
