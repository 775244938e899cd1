/**
 * Segments opened by core, in MB/s, against bare WebCrypto AES-256-GCM of the same pieces, in the same run.
 * Run from packages/server-reference: `npx tsx --conditions=segue-source bench/decrypt.ts`
 */
import { randomBytes, webcrypto } from "node:crypto";
import { deriveSegmentKey, openSegment, SEGMENT_BYTES } from "@segue/core";
import { protectRendition } from "../src/production/testing/sealed";

const ROUNDS = Number(process.env.SEGUE_BENCH_ROUNDS ?? 9);
const MEGABYTES = Number(process.env.SEGUE_BENCH_MB ?? 16);
/** Segments under way at once, as an engine that reads ahead has. */
const AT_ONCE = 8;

const plaintext = new Uint8Array(randomBytes(MEGABYTES * 1_000_000));
const sealed = await protectRendition(new Uint8Array(randomBytes(32)), plaintext);
const key = (await deriveSegmentKey(
  webcrypto,
  sealed.contentKey,
  sealed.salt,
  sealed.renditionId,
)) as webcrypto.CryptoKey;
const byteLength = sealed.ciphertext.length;
const count = Math.ceil(byteLength / SEGMENT_BYTES);
const segments = Array.from({ length: count }, (_, i) =>
  sealed.ciphertext.slice(i * SEGMENT_BYTES, (i + 1) * SEGMENT_BYTES),
);

const nonces = segments.map((_, index) => {
  const nonce = new Uint8Array(12);
  nonce.set(sealed.noncePrefix);
  new DataView(nonce.buffer).setUint32(7, index);
  nonce[11] = index === count - 1 ? 1 : 0;
  return nonce;
});
const open = {
  "core openSegment": (i: number) =>
    openSegment(webcrypto, key, sealed.noncePrefix, i, byteLength, segments[i]!),
  "bare WebCrypto": (i: number) =>
    webcrypto.subtle.decrypt({ name: "AES-GCM", iv: nonces[i]!, tagLength: 128 }, key, segments[i]!),
};

/** MB/s of plaintext. */
async function rate(one: (i: number) => Promise<unknown>): Promise<number> {
  const from = performance.now();
  let next = 0;
  const lane = async () => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return plaintext.length / 1000 / (performance.now() - from);
}

const rates = new Map<string, number[]>(Object.keys(open).map((name) => [name, []]));
for (let round = -1; round < ROUNDS; round++) {
  for (const [name, one] of Object.entries(open)) {
    const measured = await rate(one);
    if (round >= 0) rates.get(name)!.push(measured);
  }
}
const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const base = median(rates.get("bare WebCrypto")!);
console.log(
  `median of ${ROUNDS} rounds of ${MEGABYTES} MB, segments of ${SEGMENT_BYTES} bytes, ${AT_ONCE} at once`,
);
for (const [name, measured] of rates)
  console.log(
    `${name.padEnd(18)} ${median(measured).toFixed(0).padStart(6)} MB/s   ${(median(measured) / base).toFixed(2)} of bare`,
  );
