import { Fft } from "./fft";
import { type Pcm, toMono } from "./pcm";
import { resample } from "./resample";

const SIZE = 1024;
const HOP = 512;
/** Sample rate at which spectra are taken. */
export const ANALYSIS_RATE = 22_050;
/** Spectra per second. */
export const FRAME_RATE = ANALYSIS_RATE / HOP;
/** At most this much of a track, from its middle, is looked at. */
const MAX_SECONDS = 90;

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
  /** Share of power from 300 Hz to 3.4 kHz. */
  readonly voice: Float64Array;
  /** Rise of the level below 150 Hz: strokes of a bass drum. */
  readonly thump: Float64Array;
  /** Share of zero crossings. */
  readonly crossings: Float64Array;
  /** Power by pitch class over the whole track, C first. */
  readonly chroma: Float64Array;
}

/** Takes the spectra of (at most the middle 90 s of) a track. */
export function analyze(pcm: Pcm): Spectra {
  const samples = middle(pcm);
  const count = Math.max(1, Math.floor((samples.length - SIZE) / HOP) + 1);
  const series = () => new Float64Array(count);
  const spectra: Spectra = {
    onset: series(),
    rms: series(),
    centroid: series(),
    flatness: series(),
    high: series(),
    voice: series(),
    crossings: series(),
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
  let before = new Float64Array(SIZE / 2);
  let now = new Float64Array(SIZE / 2);
  for (let frame = 0; frame < count; frame++) {
    let sum = 0;
    let crossings = 0;
    for (let i = 0; i < SIZE; i++) {
      const value = samples[frame * HOP + i] ?? 0;
      sum += value * value;
      if (i > 0 && value >= 0 !== (samples[frame * HOP + i - 1] ?? 0) >= 0) crossings++;
      re[i] = value * window[i]!;
      im[i] = 0;
    }
    spectra.rms[frame] = Math.sqrt(sum / SIZE);
    spectra.crossings[frame] = crossings / SIZE;
    fft.transform(re, im);
    readFrame(spectra, frame, re, im, before, now);
    [before, now] = [now, before];
  }
  spectra.onset[0] = 0;
  spectra.thump[0] = 0;
  addChroma(spectra.chroma, samples);
  return spectra;
}

function middle(pcm: Pcm): Float32Array {
  const frames = pcm.channels[0]?.length ?? 0;
  const wanted = Math.min(frames, MAX_SECONDS * pcm.sampleRate);
  const from = Math.floor((frames - wanted) / 2);
  const channels = [
    toMono({ ...pcm, channels: pcm.channels.map((channel) => channel.subarray(from, from + wanted)) }),
  ];
  if (pcm.sampleRate === 2 * ANALYSIS_RATE) return halve(channels[0]!);
  return resample({ sampleRate: pcm.sampleRate, channels }, ANALYSIS_RATE).channels[0]!;
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
  spectra: Spectra,
  frame: number,
  re: Float64Array,
  im: Float64Array,
  before: Float64Array,
  now: Float64Array,
): void {
  const hertz = ANALYSIS_RATE / SIZE;
  let total = 1e-12;
  let weighted = 0;
  let high = 0;
  let voice = 0;
  let rise = 0;
  let logs = 0;
  let thump = 0;
  for (let bin = 1; bin < SIZE / 2; bin++) {
    const power = re[bin]! ** 2 + im[bin]! ** 2;
    const frequency = bin * hertz;
    total += power;
    weighted += power * frequency;
    if (frequency > 4_000) high += power;
    if (frequency > 300 && frequency < 3_400) voice += power;
    logs += Math.log(power + 1e-12);
    const level = Math.log1p(100 * Math.sqrt(power));
    now[bin] = level;
    const step = level - before[bin]!;
    if (step > 0) rise += step;
    if (step > 0 && frequency < 150) thump += step;
  }
  const bins = SIZE / 2 - 1;
  spectra.onset[frame] = rise / bins;
  spectra.thump[frame] = thump;
  spectra.centroid[frame] = weighted / total;
  spectra.high[frame] = high / total;
  spectra.voice[frame] = voice / total;
  spectra.flatness[frame] = Math.min(1, Math.exp(logs / bins) / (total / bins));
}

/** Sums power by pitch class from long windows, which tell semitones apart down to about 110 Hz. */
function addChroma(chroma: Float64Array, samples: Float32Array): void {
  const size = 8192;
  if (samples.length < size) return;
  const fft = new Fft(size);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  for (let at = 0; at + size <= samples.length; at += size) {
    for (let i = 0; i < size; i++)
      re[i] = samples[at + i]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
    im.fill(0);
    fft.transform(re, im);
    for (let bin = 41; bin < 750; bin++) {
      const power = re[bin]! ** 2 + im[bin]! ** 2;
      const isPeak =
        power > re[bin - 1]! ** 2 + im[bin - 1]! ** 2 && power > re[bin + 1]! ** 2 + im[bin + 1]! ** 2;
      if (!isPeak) continue;
      const note = Math.round(69 + 12 * Math.log2((bin * ANALYSIS_RATE) / size / 440));
      chroma[((note % 12) + 12) % 12]! += Math.sqrt(power);
    }
  }
}
