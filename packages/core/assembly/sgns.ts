// Skip-gram with negative sampling over bags of rows; the steps are those of text/sgns.ts, lane by lane, so that both give
// the same bits. `dimensions` is a multiple of 16.

/** The next state and number of PCG RXS-M-XS 32 (O'Neill 2014). */
// @ts-ignore: decorator
@inline
function advance(state: u32): u32 {
  return state * 747796405 + 2891336453;
}

// @ts-ignore: decorator
@inline
function output(state: u32): u32 {
  const word = ((state >> ((state >> 28) + 4)) ^ state) * 277803737;
  return (word >> 22) ^ word;
}

// @ts-ignore: decorator
@inline
function dot(a: usize, b: usize, bytes: usize): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let at: usize = 0; at < bytes; at += 64) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a + at), v128.load(b + at)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a + at, 16), v128.load(b + at, 16)));
    s2 = f32x4.add(s2, f32x4.mul(v128.load(a + at, 32), v128.load(b + at, 32)));
    s3 = f32x4.add(s3, f32x4.mul(v128.load(a + at, 48), v128.load(b + at, 48)));
  }
  const s = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3));
}

/** gradient += c · out; out += c · hidden. */
// @ts-ignore: decorator
@inline
function step(gradient: usize, out: usize, hidden: usize, c: f32, bytes: usize): void {
  const factor = f32x4.splat(c);
  for (let at: usize = 0; at < bytes; at += 32) {
    const o0 = v128.load(out + at);
    const o1 = v128.load(out + at, 16);
    v128.store(gradient + at, f32x4.add(v128.load(gradient + at), f32x4.mul(factor, o0)));
    v128.store(gradient + at, f32x4.add(v128.load(gradient + at, 16), f32x4.mul(factor, o1)), 16);
    v128.store(out + at, f32x4.add(o0, f32x4.mul(factor, v128.load(hidden + at))));
    v128.store(out + at, f32x4.add(o1, f32x4.mul(factor, v128.load(hidden + at, 16))), 16);
  }
}

/** c = rate · (label − σ(score)), σ from a table of 4,096 steps over [−8, 8). */
// @ts-ignore: decorator
@inline
function coefficient(score: f32, label: f32, rate: f32, sigmoid: usize): f32 {
  let share: f32 = 0;
  if (score >= 8) share = 1;
  else if (score >= -8) share = load<f32>(sigmoid + (<usize>(<i32>((score + 8) * 256)) << 2));
  return (label - share) * rate;
}

/**
 * Trains on `bags` bags: the rows `features[bagStarts[i] … bagStarts[i+1])` of `inputs` against the rows
 * `targets[targetStarts[i] … targetStarts[i+1])` of `outputs`. Negatives come from an alias table of `outputRows` places:
 * `thresholds`, `aliases`. `scratch` holds 2 · `dimensions` floats.
 */
export function train(
  inputs: usize,
  outputs: usize,
  outputRows: u32,
  dimensions: i32,
  bagStarts: usize,
  features: usize,
  targetStarts: usize,
  targets: usize,
  bags: i32,
  thresholds: usize,
  aliases: usize,
  negatives: i32,
  sigmoid: usize,
  rate: f32,
  seed: u32,
  scratch: usize,
): void {
  const bytes = <usize>dimensions << 2;
  const gradient = scratch;
  const mean = scratch + bytes;
  let state = seed;
  for (let bag = 0; bag < bags; bag++) {
    const fromFeature = load<u32>(bagStarts + (<usize>bag << 2));
    const toFeature = load<u32>(bagStarts + (<usize>bag << 2), 4);
    const fromTarget = load<u32>(targetStarts + (<usize>bag << 2));
    const toTarget = load<u32>(targetStarts + (<usize>bag << 2), 4);
    const count = toFeature - fromFeature;
    if (count == 0) continue;
    const share = <f32>1 / <f32>count;
    for (let at = fromTarget; at < toTarget; at++) {
      const target = load<u32>(targets + (<usize>at << 2));
      let hidden = inputs + <usize>load<u32>(features + (<usize>fromFeature << 2)) * bytes;
      if (count > 1) {
        memory.copy(mean, hidden, bytes);
        for (let f = fromFeature + 1; f < toFeature; f++) {
          const row = inputs + <usize>load<u32>(features + (<usize>f << 2)) * bytes;
          for (let c: usize = 0; c < bytes; c += 16)
            v128.store(mean + c, f32x4.add(v128.load(mean + c), v128.load(row + c)));
        }
        const factor = f32x4.splat(share);
        for (let c: usize = 0; c < bytes; c += 16) v128.store(mean + c, f32x4.mul(v128.load(mean + c), factor));
        hidden = mean;
      }
      for (let c: usize = 0; c < bytes; c += 16) v128.store(gradient + c, f32x4.splat(0));
      for (let n = 0; n <= negatives; n++) {
        let chosen = target;
        if (n > 0) {
          state = advance(state);
          chosen = output(state) % outputRows;
          state = advance(state);
          if (output(state) >= load<u32>(thresholds + (<usize>chosen << 2)))
            chosen = load<u32>(aliases + (<usize>chosen << 2));
          if (chosen == target) continue;
        }
        const out = outputs + <usize>chosen * bytes;
        const c = coefficient(dot(hidden, out, bytes), n == 0 ? 1 : 0, rate, sigmoid);
        step(gradient, out, hidden, c, bytes);
      }
      for (let f = fromFeature; f < toFeature; f++) {
        const row = inputs + <usize>load<u32>(features + (<usize>f << 2)) * bytes;
        for (let c: usize = 0; c < bytes; c += 16)
          v128.store(row + c, f32x4.add(v128.load(row + c), v128.load(gradient + c)));
      }
    }
  }
}
