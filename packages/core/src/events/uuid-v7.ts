import type { Milliseconds } from "../units";

const MAX_TIME = 2 ** 48 - 1;
const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * A UUID of version 7 (RFC 9562, 5.7) as 16 bytes: 48 bits of time, version, 12 random bits, variant, 62 random bits.
 * @param random 10 random bytes
 * @throws RangeError on fewer bytes, or a time outside 0 to 2^48 − 1
 */
export function uuidV7(timeMs: Milliseconds, random: Uint8Array): Uint8Array {
  if (random.length < 10) throw new RangeError("a UUID of version 7 needs 10 random bytes");
  if (!(timeMs >= 0 && timeMs <= MAX_TIME)) throw new RangeError("the time does not fit into 48 bits");
  const bytes = new Uint8Array(16);
  let rest = Math.floor(timeMs);
  for (let i = 5; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  return bytes;
}

/** Whether `bytes` are a UUID of version 7 and variant 10. */
export function isUuidV7(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes[6]! >> 4 === 7 && bytes[8]! >> 6 === 2;
}

/** The time that a UUID of version 7 carries. */
export function uuidV7Time(bytes: Uint8Array): Milliseconds {
  return bytes.subarray(0, 6).reduce((time, byte) => time * 256 + byte, 0);
}

/** Lower-case text of a UUID of 16 bytes. */
export function uuidText(bytes: Uint8Array): string {
  const digits = hex(bytes);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join("-");
}

/** The bytes of lower-case hex, with or without the hyphens of a UUID. @throws RangeError on anything else */
export function hexBytes(text: string): Uint8Array {
  const digits = text.replaceAll("-", "");
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/.test(digits)) throw new RangeError("expected lower-case hex");
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

/** Lower-case hex of `bytes`. */
export const bytesHex = hex;
