import { type Mix, SAMPLE_RATE } from "./instruments";
import type { Rng } from "./rng";

const COMBS = [1557, 1617, 1491, 1422];
const ALLPASSES = [225, 556];

/** Adds the room's answer to what was sent to it. `size` from 0 (a booth) to 1 (a hall). */
export function addRoom(mix: Mix, size: number, amount: number): void {
  if (amount <= 0) return;
  const feedback = 0.68 + 0.24 * size;
  for (const [side, spread] of [
    [mix.left, 0],
    [mix.right, 23],
  ] as const) {
    const wet = new Float32Array(mix.room.length);
    for (const base of COMBS) {
      const buffer = new Float32Array(base + spread);
      let at = 0;
      let damped = 0;
      for (let i = 0; i < wet.length; i++) {
        const out = buffer[at]!;
        damped = out * 0.72 + damped * 0.28;
        buffer[at] = mix.room[i]! + damped * feedback;
        if (++at === buffer.length) at = 0;
        wet[i]! += out;
      }
    }
    for (const length of ALLPASSES) {
      const buffer = new Float32Array(length + spread);
      let at = 0;
      for (let i = 0; i < wet.length; i++) {
        const delayed = buffer[at]!;
        buffer[at] = wet[i]! + delayed * 0.5;
        wet[i] = delayed - wet[i]! * 0.5;
        if (++at === buffer.length) at = 0;
      }
    }
    for (let i = 0; i < wet.length; i++) side[i]! += wet[i]! * amount * 0.22;
  }
}

/** Adds the murmur of an audience that swells and falls. */
export function addAudience(mix: Mix, rng: Rng, amount: number): void {
  if (amount <= 0) return;
  for (const side of [mix.left, mix.right]) {
    let slow = 0;
    let band = 0;
    const period = (5 + rng() * 4) * SAMPLE_RATE;
    const start = rng() * 6;
    let swell = 1;
    for (let i = 0; i < side.length; i++) {
      if ((i & 63) === 0) swell = 0.65 + 0.35 * Math.sin(start + (2 * Math.PI * i) / period);
      band += (rng() * 2 - 1 - band) * 0.18;
      slow += (band - slow) * 0.04;
      side[i]! += (band - slow) * amount * swell;
    }
  }
}
