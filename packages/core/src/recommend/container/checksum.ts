/**
 * 64 bits over `bytes` in two halves, against damage and not against forgery: four lanes of multiply and rotate
 * over 32-bit little-endian words, the length and the rest mixed in at the end. Four lanes keep the multiplier
 * busy, so a large index is checked at memory speed.
 * @param bytes must start at a multiple of 4 within its buffer.
 */
export function checksum(bytes: Uint8Array): readonly [number, number] {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  let a = 0x9e3779b1;
  let b = 0x85ebca77;
  let c = 0xc2b2ae3d;
  let d = 0x27d4eb2f;
  const whole = words.length & ~3;
  for (let at = 0; at < whole; at += 4) {
    a = step(a, words[at]!);
    b = step(b, words[at + 1]!);
    c = step(c, words[at + 2]!);
    d = step(d, words[at + 3]!);
  }
  for (let at = whole; at < words.length; at++) a = step(a, words[at]!);
  for (let at = words.length * 4; at < bytes.length; at++) b = step(b, bytes[at]!);
  const high = Math.floor(bytes.length / 2 ** 32);
  a = finish(step(a ^ rotate(c, 7), bytes.length | 0));
  b = finish(step(b ^ rotate(d, 13), high ^ a));
  return [(a ^ rotate(b, 16)) >>> 0, b >>> 0];
}

const rotate = (x: number, k: number) => (x << k) | (x >>> (32 - k));
const step = (lane: number, word: number) =>
  Math.imul(rotate((lane + Math.imul(word, 0x85ebca77)) | 0, 13), 0x9e3779b1);

function finish(x: number): number {
  let mixed = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
