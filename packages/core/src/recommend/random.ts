/** A stream of pseudo-random numbers. The same seed gives the same stream on every host. */
export interface RandomStream {
  /** An integer from 0 to 2^32 − 1. */
  uint32(): number;
  /** A number from 0 up to but not 1, in steps of 2^-53. */
  unit(): number;
  /** An integer from 0 up to but not `bound`, each equally likely; `bound` is 1 to 2^32. */
  below(bound: number): number;
  /**
   * A number with mean 0 and standard deviation 1, close to normal and within ±6: twelve uniform numbers added
   * (Irwin–Hall). Logarithm and cosine differ from engine to engine in the last bit; addition does not.
   */
  gaussian(): number;
}

const FNV_BASIS = 0x811c9dc5;
/** Multiplier of FNV-1a with 32 bits. */
export const FNV_PRIME = 0x01000193;

/** FNV-1a of the parts, each ended by a separator: a seed from names, such as a user, an ISO week and a model. */
export function seedOf(...parts: readonly (string | number)[]): number {
  return parts.reduce<number>((hash, part) => extendSeed(hash, String(part)), FNV_BASIS);
}

/** The seed of the parts behind `seed` and one more: `seedOf(a, b)` is `extendSeed(seedOf(a), b)`. */
export function extendSeed(seed: number, part: string): number {
  let hash = seed;
  for (let at = 0; at < part.length; at++) {
    const point = part.codePointAt(at)!;
    // A code point beyond 16 bits takes two places.
    if (point > 0xffff) at++;
    hash = Math.imul(hash ^ point, FNV_PRIME);
  }
  return Math.imul(hash, FNV_PRIME) >>> 0;
}

/** A stream from `seed` (any integer, taken modulo 2^32): xoshiro128** (Blackman and Vigna 2018), filled by SplitMix32. */
export function randomStream(seed: number): RandomStream {
  let mix = seed >>> 0;
  const splitMix = () => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let a = splitMix();
  let b = splitMix();
  let c = splitMix();
  let d = splitMix();
  const rotate = (x: number, k: number) => (x << k) | (x >>> (32 - k));
  const uint32 = () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result;
  };
  const unit = () => ((uint32() >>> 5) * 67_108_864 + (uint32() >>> 6)) / 9_007_199_254_740_992;
  return {
    uint32,
    unit,
    below(bound) {
      // Values beyond the last whole multiple of the bound would favor small results.
      const limit = Math.floor(2 ** 32 / bound) * bound;
      for (;;) {
        const value = uint32();
        if (value < limit) return value % bound;
      }
    },
    gaussian() {
      let sum = -6;
      for (let i = 0; i < 12; i++) sum += uint32() / 2 ** 32;
      return sum;
    },
  };
}

/** Puts `values` into a random order, in place (Fisher and Yates). */
export function shuffle<T extends { length: number; [index: number]: unknown }>(
  values: T,
  random: RandomStream,
): T {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = values[i];
    values[i] = values[j];
    values[j] = kept;
  }
  return values;
}
