import { Fft } from "./fft";

/** Spectra per window. */
const WINDOW = 128;
const HANN = Float64Array.from(
  { length: WINDOW },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW),
);

/** Modulation spectra of two series, window by window. */
export class Modulation {
  readonly #rate: number;
  readonly #fft = new Fft(WINDOW);
  readonly #re = new Float64Array(WINDOW);
  readonly #im = new Float64Array(WINDOW);
  /** Power by modulation frequency of the first and second series of the window that was taken last. */
  readonly first = new Float64Array(WINDOW / 2);
  readonly second = new Float64Array(WINDOW / 2);

  /** @param rate values per second */
  constructor(rate: number) {
    this.#rate = rate;
  }

  /** The index that stands for `hertz`. */
  at(hertz: number): number {
    return (hertz * WINDOW) / this.#rate;
  }

  /** Calls `each` for every half-overlapping window. */
  windows(a: Float64Array, b: Float64Array, each: () => void): void {
    for (let from = 0; from + WINDOW <= a.length; from += WINDOW / 2) {
      this.#load(a, this.#re, from);
      this.#load(b, this.#im, from);
      this.#fft.transform(this.#re, this.#im);
      splitPower(this.#re, this.#im, this.first, this.second);
      each();
    }
  }

  #load(series: Float64Array, into: Float64Array, from: number): void {
    let sum = 0;
    for (let i = 0; i < WINDOW; i++) sum += series[from + i]!;
    for (let i = 0; i < WINDOW; i++) into[i] = (series[from + i]! - sum / WINDOW) * HANN[i]!;
  }
}

/** Power spectra of two real signals that were transformed together, one as real and one as imaginary part. */
export function splitPower(re: Float64Array, im: Float64Array, a: Float64Array, b: Float64Array): void {
  const n = re.length;
  for (let k = 0; k < a.length; k++) {
    const m = (n - k) & (n - 1);
    const ar = re[k]! + re[m]!;
    const ai = im[k]! - im[m]!;
    const br = im[k]! + im[m]!;
    const bi = re[m]! - re[k]!;
    a[k] = (ar * ar + ai * ai) / 4;
    b[k] = (br * br + bi * bi) / 4;
  }
}

/**
 * How much the level of the voice band changes at the rate of syllables (3 to 8 Hz) without a regular beat: beats
 * stand out as single lines, so a low percentile of the lines leaves them out. Relative to the mean level; about
 * 0.3 (music) to 4 (speech).
 */
export function syllables(level: Float64Array, rate: number): number {
  let mean = 0;
  for (const value of level) mean += value / level.length;
  if (!(mean > 1e-9)) return 0;
  const modulation = new Modulation(rate);
  const [from, to] = [Math.round(modulation.at(3)), Math.floor(modulation.at(8))];
  let sum = 0;
  let count = 0;
  modulation.windows(level, level, () => {
    sum += percentile(modulation.first.slice(from, to + 1), 0.3);
    count++;
  });
  return count === 0 ? 0 : sum / count / (mean * mean);
}

/**
 * How much single frequencies swing at the rate of a vibrato (about 5.6 Hz, and twice that) compared with slower
 * swings: about 0.04 (none) to 0.2 (a singer). `bins` are level series of neighboring frequencies.
 */
export function vibrato(bins: readonly Float64Array[], rate: number): number {
  const modulation = new Modulation(rate);
  let fast = 0;
  let slow = 1e-12;
  const take = (power: Float64Array) => {
    for (let index = 1; index < power.length; index++) {
      const hertz = index / modulation.at(1);
      const isFast = (hertz >= 5 && hertz <= 6.3) || (hertz >= 9.5 && hertz <= 13);
      const isSlow = hertz < 4.6 || (hertz > 6.8 && hertz < 8);
      if (isFast) fast += power[index]!;
      else if (isSlow) slow += power[index]!;
    }
  };
  for (let bin = 0; bin + 1 < bins.length; bin += 2) {
    modulation.windows(bins[bin]!, bins[bin + 1]!, () => {
      take(modulation.first);
      take(modulation.second);
    });
  }
  return fast / slow;
}

/** The value below which `share` of `values` lie. */
export function percentile(values: Float64Array, share: number): number {
  if (values.length === 0) return 0;
  return Float64Array.from(values).sort()[Math.floor(share * (values.length - 1))]!;
}
