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
export class PeakMeter {
  #peak = 0;
  /** The end of what came before, which the filter still looks at. */
  #before = new Float32Array(PHASE_TAPS);
  readonly #isOversampled: boolean;

  constructor(sampleRate: number) {
    this.#isOversampled = sampleRate < 176_400;
  }

  push(channel: Float32Array): void {
    for (let i = 0; i < channel.length; i++) {
      const value = Math.abs(channel[i]!);
      if (value > this.#peak) this.#peak = value;
    }
    if (!this.#isOversampled) return;
    const samples = new Float32Array(this.#before.length + channel.length);
    samples.set(this.#before);
    samples.set(channel, this.#before.length);
    this.#interpolate(samples, PHASE_TAPS / 2, samples.length - PHASE_TAPS / 2);
    this.#before = samples.slice(-PHASE_TAPS);
  }

  finish(): number {
    if (this.#isOversampled) {
      const samples = new Float32Array(this.#before.length + PHASE_TAPS);
      samples.set(this.#before);
      this.#interpolate(samples, PHASE_TAPS / 2, samples.length - PHASE_TAPS / 2);
    }
    return this.#peak;
  }

  #interpolate(samples: Float32Array, from: number, to: number): void {
    const half = PHASE_TAPS / 2;
    // Interpolated samples exceed their larger neighbor by less than a factor of 2 in this filter.
    const threshold = this.#peak / 2;
    for (let i = from; i < to; i++) {
      if (Math.abs(samples[i]!) < threshold) continue;
      for (let center = i - 1; center <= i; center++) {
        for (let phase = 1; phase < OVERSAMPLING; phase++) {
          const taps = phases[phase]!;
          let sum = 0;
          for (let tap = 0; tap < PHASE_TAPS; tap++)
            sum += (samples[center - half + 1 + tap] ?? 0) * taps[tap]!;
          if (sum > this.#peak) this.#peak = sum;
          else if (-sum > this.#peak) this.#peak = -sum;
        }
      }
    }
  }
}
