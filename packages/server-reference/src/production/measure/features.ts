import type { AudioFeatures } from "@segue/core";
import type { Pcm } from "../read/pcm";
import { analyze, FRAME_RATE, type Spectra } from "./spectrum";

/** Changes whenever an estimator does, so that values of different versions are not compared. */
export const FEATURES_VERSION = 2;

/**
 * Estimates the eight audio features. They are estimates: each says where a track lies among others, not what a
 * listener would answer.
 * - tempo: the lag at which onsets repeat best, weighted towards 120 BPM, from 50 to 210.
 * - energy: loudness and the density of onsets.
 * - valence: major against minor key profile, and brightness.
 * - danceability: how clear and steady the pulse is, and how much of it is low drum.
 * - acousticness: absence of high frequencies and noise.
 * - speechiness: irregular change of the voice band at the rate of syllables.
 * - instrumentalness: absence of vibrato and of speech.
 * - liveness: what reaches the two sides differently in the quietest moments: a room, an audience. 0 for mono.
 */
export function estimateFeatures(pcm: Pcm, lufs: number): AudioFeatures {
  const spectra = analyze(pcm);
  const pulse = findPulse(beats(spectra));
  const density = mean(spectra.onset);
  const centroid = weightedMean(spectra.centroid, spectra.rms);
  const high = weightedMean(spectra.high, spectra.rms);
  const flatness = weightedMean(spectra.flatness, spectra.rms);
  const speech = clamp01(ramp(Math.log10(spectra.syllables + 1e-6), -0.8, 0.65));
  const song = clamp01(ramp(Math.log10(spectra.vibrato + 1e-6), -1.4, -0.7));
  return {
    tempo: clamp(pulse.tempo, 50, 210),
    energy: clamp01(0.85 * ramp(lufs, -30, -8) + 0.15 * ramp(density, 0.02, 0.3)),
    valence: clamp01(0.5 + 1.1 * modeOf(spectra.chroma) + 0.15 * (ramp(centroid, 300, 3_000) - 0.5)),
    danceability: clamp01(0.3 * pulse.clarity + 0.7 * ramp(mean(spectra.thump), 0.6, 2.2)),
    acousticness: clamp01(
      1 - (0.6 * ramp(Math.log10(high + 1e-6), -4.5, -0.8) + 0.4 * ramp(Math.log10(flatness + 1e-7), -5, -1)),
    ),
    speechiness: speech,
    instrumentalness: clamp01(1 - song - 0.3 * speech),
    liveness: spectra.ambience === null ? 0 : clamp01(ramp(spectra.ambience, -8.2, -5)),
  };
}

const clamp = (value: number, low: number, high: number) =>
  Number.isNaN(value) ? low : Math.min(high, Math.max(low, value));
const clamp01 = (value: number) => clamp(value, 0, 1);
const ramp = (value: number, low: number, high: number) => clamp01((value - low) / (high - low));

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / Math.max(1, values.length);
}

function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let total = 1e-12;
  for (let i = 0; i < values.length; i++) {
    sum += values[i]! * weights[i]!;
    total += weights[i]!;
  }
  return sum / total;
}

/** Onsets of all bands and, as much again, of the bass: the bass marks beats rather than their halves. */
function beats({ onset, thump }: Spectra): Float64Array {
  const all = mean(onset) + 1e-9;
  const low = mean(thump) + 1e-3;
  return onset.map((value, i) => value / all + thump[i]! / low);
}

/** Finds the beat in the onsets; `clarity` from 0 (none) to 1 (a drum machine). */
function findPulse(onset: Float64Array): { readonly tempo: number; readonly clarity: number } {
  const flat = onset.map((value, i) => {
    const from = Math.max(0, i - 16);
    const to = Math.min(onset.length, i + 17);
    let sum = 0;
    for (let k = from; k < to; k++) sum += onset[k]!;
    return Math.max(0, value - sum / (to - from));
  });
  const center = mean(flat);
  const signal = flat.map((value) => value - center);
  const at = (lag: number) => {
    let sum = 0;
    for (let i = lag; i < signal.length; i++) sum += signal[i]! * signal[i - lag]!;
    return sum / Math.max(1, signal.length - lag);
  };
  const longest = Math.min(signal.length - 1, Math.ceil((4 * 60 * FRAME_RATE) / 50) + 2);
  if (longest < 20) return { tempo: 120, clarity: 0 };
  const correlation = Float64Array.from({ length: longest + 1 }, (_, lag) => at(lag));
  const zero = correlation[0]!;
  if (!(zero > 1e-12)) return { tempo: 120, clarity: 0 };
  const read = (lag: number) => {
    const whole = Math.floor(lag);
    const part = lag - whole;
    return (correlation[whole] ?? 0) * (1 - part) + (correlation[whole + 1] ?? 0) * part;
  };
  let best = Number.NEGATIVE_INFINITY;
  let tempo = 120;
  let clarity = 0;
  for (let bpm = 50; bpm <= 210; bpm += 0.25) {
    const lag = (60 * FRAME_RATE) / bpm;
    const comb = (read(lag) + read(2 * lag) + 0.5 * read(4 * lag)) / 2.5;
    const weight = Math.exp(-0.5 * (Math.log2(bpm / 112) / 0.42) ** 2);
    const score = comb * Math.abs(comb) * weight;
    if (score > best) {
      best = score;
      tempo = bpm;
      clarity = comb / zero;
    }
  }
  return { tempo, clarity: clamp01(clarity * 1.1) };
}

const MAJOR = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
const MINOR = [6.33, 2.68, 3.52, 5.38, 2.6, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];

/** How much better the best major key fits than the best minor one (Krumhansl profiles): about -0.3 to 0.3. */
function modeOf(chroma: Float64Array): number {
  const fit = (profile: readonly number[]) => {
    let best = -1;
    for (let key = 0; key < 12; key++) {
      best = Math.max(
        best,
        correlate(
          chroma,
          Float64Array.from({ length: 12 }, (_, i) => profile[(i - key + 12) % 12]!),
        ),
      );
    }
    return best;
  };
  return fit(MAJOR) - fit(MINOR);
}

function correlate(a: Float64Array, b: Float64Array): number {
  const meanA = mean(a);
  const meanB = mean(b);
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - meanA) * (b[i]! - meanB);
    aa += (a[i]! - meanA) ** 2;
    bb += (b[i]! - meanB) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}
