import { type Mix, SAMPLE_RATE } from "./instruments";
import { createRng, type Rng } from "./rng";

/** In frames of half the rate: a room swallows the highest frequencies anyway. */
const COMBS = [778, 808, 745, 711];
const ALLPASSES = [112, 278];

/** Adds the room's answer to what was sent to it. `size` from 0 (a booth) to 1 (a hall). */
export function addRoom(mix: Mix, size: number, amount: number): void {
  if (amount <= 0) return;
  const feedback = 0.68 + 0.24 * size;
  const sent = halve(mix.room);
  for (const [side, spread] of [
    [mix.left, 0],
    [mix.right, 12],
  ] as const) {
    const wet = new Float32Array(sent.length);
    for (const base of COMBS) comb(sent, wet, base + spread, feedback);
    for (const base of ALLPASSES) allpass(wet, base + spread);
    addDoubled(wet, side, amount * 0.22);
  }
}

function halve(source: Float32Array): Float32Array {
  const half = new Float32Array((source.length >> 1) + 1);
  for (let i = 0; i < source.length >> 1; i++) half[i] = 0.5 * (source[2 * i]! + source[2 * i + 1]!);
  return half;
}

function addDoubled(half: Float32Array, side: Float32Array, gain: number): void {
  for (let i = 0; 2 * i + 1 < side.length; i++) {
    const now = half[i]! * gain;
    side[2 * i]! += now;
    side[2 * i + 1]! += 0.5 * (now + half[i + 1]! * gain);
  }
}

function comb(sent: Float32Array, wet: Float32Array, length: number, feedback: number): void {
  const buffer = new Float32Array(length);
  let at = 0;
  let damped = 0;
  for (let i = 0; i < wet.length; i++) {
    const out = buffer[at]!;
    damped = out * 0.82 + damped * 0.18;
    buffer[at] = sent[i]! + damped * feedback;
    if (++at === length) at = 0;
    wet[i]! += out;
  }
}

function allpass(wet: Float32Array, length: number): void {
  const buffer = new Float32Array(length);
  let at = 0;
  for (let i = 0; i < wet.length; i++) {
    const delayed = buffer[at]!;
    buffer[at] = wet[i]! + delayed * 0.5;
    wet[i] = delayed - wet[i]! * 0.5;
    if (++at === length) at = 0;
  }
}

const MURMUR_FRAMES = 2 ** 18;
let murmur: Float32Array | undefined;

/** Six seconds of a crowd's noise, root mean square 1, drawn once. */
function drawMurmur(): Float32Array {
  const rng = createRng(1);
  const out = new Float32Array(MURMUR_FRAMES);
  let slow = 0;
  let band = 0;
  let sum = 0;
  for (let i = 0; i < out.length; i++) {
    band += (rng() * 2 - 1 - band) * 0.4;
    slow += (band - slow) * 0.04;
    out[i] = band - slow;
    sum += out[i]! ** 2;
  }
  const scale = 1 / Math.sqrt(sum / out.length);
  return out.map((value) => value * scale);
}

/** Adds an audience that swells and falls, `level` times as loud as the mix so far. */
export function addAudience(mix: Mix, rng: Rng, level: number): void {
  murmur ??= drawMurmur();
  const amount = level * loudnessOf(mix);
  for (const side of [mix.left, mix.right]) {
    const period = (5 + rng() * 4) * SAMPLE_RATE;
    const start = rng() * 6;
    const offset = Math.floor(rng() * MURMUR_FRAMES);
    let swell = amount;
    for (let i = 0; i < side.length; i++) {
      if ((i & 63) === 0) swell = amount * (0.75 + 0.25 * Math.sin(start + (2 * Math.PI * i) / period));
      side[i]! += murmur[(offset + i) & (MURMUR_FRAMES - 1)]! * swell;
    }
  }
}

/** Root mean square of both sides. */
export function loudnessOf({ left, right }: Mix): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += left[i]! * left[i]! + right[i]! * right[i]!;
  return Math.sqrt(sum / (2 * left.length));
}
