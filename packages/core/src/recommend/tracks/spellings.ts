import { FNV_PRIME } from "../random";

/** Strings as their code points, one string after another: hashing thousands of strings reads memory once instead of following objects. */
export interface Spellings {
  readonly points: Uint8Array | Uint32Array;
  /** Where each string begins, and where the last one ends. */
  readonly starts: Uint32Array;
}

/** The code points of `strings`, a byte each while all are below 256. */
export function spellings(strings: readonly string[]): Spellings {
  const starts = new Uint32Array(strings.length + 1);
  let wide = false;
  for (const [i, text] of strings.entries()) {
    let length = 0;
    for (const point of pointsOf(text)) {
      if (point > 0xff) wide = true;
      length++;
    }
    starts[i + 1] = starts[i]! + length;
  }
  const points = new (wide ? Uint32Array : Uint8Array)(starts[strings.length]!);
  for (const [i, text] of strings.entries()) {
    let at = starts[i]!;
    for (const point of pointsOf(text)) points[at++] = point;
  }
  return { points, starts };
}

function* pointsOf(text: string): Iterable<number> {
  for (const character of text) yield character.codePointAt(0)!;
}

/** `extendSeed` by the string of `row`. */
export function extendSeedBySpelling(seed: number, { points, starts }: Spellings, row: number): number {
  let hash = seed;
  for (let at = starts[row]!, end = starts[row + 1]!; at < end; at++)
    hash = Math.imul(hash ^ points[at]!, FNV_PRIME);
  return Math.imul(hash, FNV_PRIME) >>> 0;
}
