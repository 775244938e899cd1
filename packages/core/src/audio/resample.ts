/**
 * Streaming windowed-sinc resampling. The number of output frames depends on the number of input frames alone, never on how
 * they were cut into chunks: output frame `n` lies at input time `n · from / to`, and `N` input frames give
 * `ceil(N · to / from)` output frames.
 */
import type { Frames, Hertz } from "../units";

/** Zero crossings of the sinc to each side at equal rates. */
const HALF_WIDTH = 24;
/** Kaiser window shape: about 90 dB stop band. */
const BETA = 9;
/** Share of the narrower band that passes. */
const ROLLOFF = 0.95;
/** Rates that are related by more phases have this many tabled and those between interpolated: below -110 dB. */
const MAX_PHASES = 1280;

/** A kernel for one pair of rates; made once and shared. */
export interface ResampleKernel {
  readonly fromHz: Hertz;
  readonly toHz: Hertz;
  /** Input frames per `up` output frames; with `up` the ratio in lowest terms. */
  readonly down: number;
  readonly up: number;
  /** Rows of `taps` per input frame: `up`, or fewer when the rates have hardly a common divisor. */
  readonly phases: number;
  /** Input frames needed to each side of an output frame. */
  readonly half: Frames;
  /** `phases + 1` rows of `2 · half` taps; the last row is the first one, a frame later. */
  readonly taps: Float32Array;
}

/** Where a stream stands. `history` holds per channel the input frames from `historyStart` on. */
export interface ResampleState {
  readonly kernel: ResampleKernel;
  readonly history: readonly Float32Array[];
  /** Number of the first input frame in `history`. Negative at the start: silence precedes the stream. */
  readonly historyStart: number;
  readonly inputFrames: Frames;
  readonly outputFrames: Frames;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function bessel0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 40; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
    if (term < sum * 1e-12) break;
  }
  return sum;
}

/** The kernel from `fromHz` to `toHz`. @throws RangeError on rates that are not whole or outside 8 to 384 kHz */
export function resampleKernel(fromHz: Hertz, toHz: Hertz): ResampleKernel {
  for (const rate of [fromHz, toHz]) {
    if (!Number.isInteger(rate) || rate < 8000 || rate > 384_000)
      throw new RangeError("a sample rate is 8000 to 384000 Hz");
  }
  const common = gcd(fromHz, toHz);
  const up = toHz / common;
  const down = fromHz / common;
  const phases = Math.min(up, MAX_PHASES);
  const cutoff = Math.min(1, toHz / fromHz) * (up === down ? 1 : ROLLOFF);
  const half = Math.ceil(HALF_WIDTH / Math.min(1, toHz / fromHz));
  const width = 2 * half;
  const taps = new Float32Array((phases + 1) * width);
  const norm = bessel0(BETA);
  for (let phase = 0; phase <= phases; phase++) {
    let sum = 0;
    const row = new Float64Array(width);
    for (let tap = 0; tap < width; tap++) {
      const x = tap - half + 1 - phase / phases;
      const r = x / half;
      const window = Math.abs(r) >= 1 ? 0 : bessel0(BETA * Math.sqrt(1 - r * r)) / norm;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x * cutoff) / (Math.PI * x * cutoff);
      row[tap] = sinc * window;
      sum += row[tap]!;
    }
    for (let tap = 0; tap < width; tap++) taps[phase * width + tap] = row[tap]! / sum;
  }
  return { fromHz, toHz, down, up, phases, half, taps };
}

/** Output frames that `inputFrames` give. */
export function resampledFrames(inputFrames: Frames, fromHz: Hertz, toHz: Hertz): Frames {
  return Number((BigInt(inputFrames) * BigInt(toHz) + BigInt(fromHz) - 1n) / BigInt(fromHz));
}

/** Begins a stream of `channels` channels. */
export function startResample(kernel: ResampleKernel, channels: number): ResampleState {
  const history = Array.from({ length: channels }, () => new Float32Array(kernel.half));
  return { kernel, history, historyStart: -kernel.half, inputFrames: 0, outputFrames: 0 };
}

function produce(state: ResampleState, history: readonly Float32Array[], until: Frames, inputFrames: Frames) {
  const { up, down, phases, half, taps } = state.kernel;
  const width = 2 * half;
  const count = Math.max(0, until - state.outputFrames);
  const output = history.map(() => new Float32Array(count));
  // Position of the first output frame in the input, exactly: whole frames and phase.
  const exact = BigInt(state.outputFrames) * BigInt(down);
  let base = Number(exact / BigInt(up)) - half + 1 - state.historyStart;
  let phase = Number(exact % BigInt(up));
  for (let n = 0; n < count; n++) {
    const place = (phase * phases) / up;
    const row = Math.floor(place) * width;
    const between = place % 1;
    for (let c = 0; c < history.length; c++) {
      const channel = history[c]!;
      let sum = 0;
      for (let tap = 0; tap < width; tap++) sum += channel[base + tap]! * taps[row + tap]!;
      if (between > 0) {
        let next = 0;
        for (let tap = 0; tap < width; tap++) next += channel[base + tap]! * taps[row + width + tap]!;
        sum += (next - sum) * between;
      }
      output[c]![n] = sum;
    }
    phase += down;
    while (phase >= up) {
      phase -= up;
      base++;
    }
  }
  const keepFrom = Math.min(Math.max(0, base), history[0]?.length ?? 0);
  return {
    state: {
      kernel: state.kernel,
      history: history.map((channel) => channel.slice(keepFrom)),
      historyStart: state.historyStart + keepFrom,
      inputFrames,
      outputFrames: state.outputFrames + count,
    },
    output,
  };
}

/** Takes input, one array per channel, and gives the output frames that can be computed by now. */
export function resampleChunk(
  state: ResampleState,
  input: readonly Float32Array[],
): { readonly state: ResampleState; readonly output: Float32Array[] } {
  const frames = input[0]?.length ?? 0;
  if (input.length !== state.history.length || input.some((channel) => channel.length !== frames)) {
    throw new RangeError("every chunk has the same channels, of one length");
  }
  const inputFrames = state.inputFrames + frames;
  const history = state.history.map((past, c) => joined(past, input[c]!));
  // Output n needs input up to floor(n · down / up) + half.
  const { up, down, half } = state.kernel;
  const ready = inputFrames - half;
  const until = ready <= 0 ? 0 : Number((BigInt(ready) * BigInt(up) + BigInt(down) - 1n) / BigInt(down));
  return produce(state, history, until, inputFrames);
}

/** Ends the stream: gives the remaining frames, as if silence followed. */
export function endResample(state: ResampleState): Float32Array[] {
  const { fromHz, toHz, half } = state.kernel;
  const history = state.history.map((past) => joined(past, new Float32Array(half + 1)));
  return produce(state, history, resampledFrames(state.inputFrames, fromHz, toHz), state.inputFrames).output;
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
